"""Three questions for each room of the lab, with answers that open at a press."""

QUESTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "rewind": (
        (
            "At which step does it read your drawing right for the first time, and does it stay with that?",
            "Often within the first hundred steps, and then it wavers for some hundred more: the borders between "
            "digits still move, and your drawing lies near one of them.",
        ),
        (
            "Compute a step in the middle, go on from there, and change nothing. Where does the second run end?",
            "At the same weights, bit for bit. The order of the images follows from the seed, and the optimizer’s "
            "memory was kept: there is no chance left in it.",
        ),
        (
            "Go on from the same step with a tenth of the learning rate. What does the curve do?",
            "The loss falls at once, and jitters less: the weights stop jumping across the valley and sink into it. "
            "Early in a run the same change only makes it slow.",
        ),
    ),
    "guess": (
        (
            "Set the learning rate to 1, and guess. How does the curve go?",
            "It climbs for a moment, or not at all, and then jumps or stays at 10 %: the steps carry it across the "
            "valley instead of down. Few people guess that longer steps learn less.",
        ),
        (
            "One layer of 8 neurons instead of two of 100 and 200: how many points does that cost?",
            "Fewer than most people think: such a network still reads about nine in ten, with a fifteenth of the "
            "numbers. The last few points are the dear ones.",
        ),
        (
            "Where were you further off, early or at the end?",
            "Mostly early: the first hundred steps do the greater part, and the rest of the run is spent on the "
            "last few digits in a hundred. Guesses tend to rise too evenly.",
        ),
    ),
    "lesions": (
        (
            "How many of its weights can you prune before it reads one digit in ten wrong?",
            "Of the article’s network more than 85 %, with no training afterwards. Most weights are small, and what "
            "they add is lost among the large ones. Trained a little more after each cut, such a network can do with "
            "fewer still.",
        ),
        (
            "Switch off the neuron that fires most. Does the answer change?",
            "Seldom (Look inside lets you press it where you see it). No neuron alone stands for a digit: each answer "
            "is a sum over all of them, and training spreads what it "
            "knows. A small network, with a layer of 8, has less to spare: train one and try again.",
        ),
        (
            "With one bit a weight is only a sign: for ink here, or against it. What else does the network still know?",
            "One size for each neuron, and its bias. With those the article’s network still reads seven test digits in "
            "ten, which shows how much of what a "
            "network knows is in where it looks, and how little in exactly how strongly.",
        ),
    ),
    "fool": (
        (
            "Does a change of the same size, but at random, turn the answer too?",
            "Hardly ever. Random changes cancel out in a sum over 784 pixels; changes that all go where the gradient "
            "points add up. That is why so little for each pixel is enough.",
        ),
        (
            "Which network takes the larger change before it turns?",
            "Compare the two in the table. The one trained already has seen each digit warped in many ways, so its "
            "borders lie further from what it knows; but that was never meant to stop a change that is made for it, "
            "and does not.",
        ),
        (
            "Why can you read the changed picture and the network cannot?",
            "You read strokes: what is connected, and how it bends. The network adds up single pixels, each with its "
            "own weight, and nothing tells it that grey between the strokes is no ink.",
        ),
    ),
    "map": (
        (
            "Which digits lie next to each other?",
            "Those that are written alike: 4 and 9, 3, 5 and 8, often 7 and 9. The dots in between are the ones that "
            "the network is least sure of, and so would you be of many: press one.",
        ),
        (
            "Watch the map while a network trains. What happens in the first epoch?",
            "One cloud comes apart into ten arms. That is all that the last layer needs: it can only cut with straight "
            "lines, so the layers before it have to pull the digits apart.",
        ),
        (
            "Two dots lie on each other. Does the network take their digits for the same?",
            "Not always. The map shows two directions of a hundred or more, those in which the dots spread most: what "
            "lies together here may be far apart in another direction.",
        ),
    ),
    "morph": (
        (
            "In the middle of the way by pixels lie two digits over each other, both grey. What does the network read?",
            "Mostly one of the two, and surely: there is a border, and one side of it or the other. It has never seen "
            "two digits at once, and has no way to say so.",
        ),
        (
            "Is the place where the answer turns the same on both ways?",
            "Often nearly. What differs more is what lies between: on the way of the pixels a third digit may come up, "
            "which the straight way of the hidden layer passes by.",
        ),
        (
            "Do the images that were found look like something between a 4 and a 9?",
            "Not like anything that a hand would write. They look like the mixture with traces that please the "
            "network: it can be led from 4 to 9 without passing through a digit in between.",
        ),
    ),
    "wish": (
        (
            "Ask for the answer 3. Would you have read a 3?",
            "Hardly: there are traces of its curves, and much else. The network is nearly certain all the same. It "
            "knows what tells digits apart, not what digits look like, and images that are no digits it has never met.",
        ),
        (
            "Ask a neuron of the first layer. What does its image have in common with its weights?",
            "It is the orange part of them, cut at black and white: the sum of a first neuron grows with ink where its "
            "weights are positive, and falls where they are negative. Nothing else is in it.",
        ),
        (
            "Ask the same of a network that has been trained for one step only. What has training changed?",
            "Before, the image is noise, as the weights are. While it learns, strokes appear: pieces of digits that "
            "the neuron has come to tell from others. Networks trained with warped digits show the broadest ones.",
        ),
    ),
    "valley": (
        (
            "Train with a learning rate of 0.1, then with 1. What does the way look like on its plane?",
            "With short steps it bends smoothly down and slows. With steps that are too long it jumps from side to "
            "side, or far out over a ridge, and may never come back.",
        ),
        (
            "The network has a hundred thousand weights. How can two directions show anything?",
            "The way is far from filling all of that space: it mostly goes in a few directions, and the plane is laid "
            "through the two main ones. How much of the way that holds is told beside the picture.",
        ),
        (
            "Is the bottom of this valley the best network there is?",
            "It is the lowest place on this plane, and the run ends near it. In other directions it may go further "
            "down; and what is low on the images that it learns need not be low on validation images.",
        ),
    ),
}
"""By the room's name, each a question and its answer."""


def questions(room: str) -> str:
    """Give a room's questions as HTML."""
    parts = "".join(f"<details><summary>{ask}</summary><p>{told}</p></details>" for ask, told in QUESTIONS[room])
    return f'<div class="lab-questions">{parts}</div>'
