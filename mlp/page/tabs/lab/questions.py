"""Three questions for each experiment, with answers to open."""

from mlp.language import mark

QUESTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "damage": (
        (
            mark("How many of its weights can you remove before it misreads one digit in ten?"),
            mark(
                "More than 85% in the basic network, with no training afterward. Most weights are small, and matter "
                "little compared with the large ones."
            ),
        ),
        (
            mark("Switch off the neuron that fires most. Does the answer change?"),
            mark(
                "Seldom. No neuron alone stands for a digit: each answer is a sum over all of them. A small network, "
                "with a layer of 8, has none to spare: train one and try again."
            ),
        ),
        (
            mark(
                "With one bit, a weight only says whether ink here counts for or against. What else does the network "
                "keep?"
            ),
            mark(
                "One size for each neuron, and its bias. With those, the basic network still reads seven in ten "
                "validation digits. Where it looks matters most; how strongly each pixel counts matters less."
            ),
        ),
    ),
    "rewind": (
        (
            mark("At which step does the network read your drawing right for the first time, and does it stay right?"),
            mark(
                "Often within the first hundred steps. Then many answers waver for a while: the borders between digits "
                "still move, and your drawing may be near one of them."
            ),
        ),
        (
            mark("Go to a step in the middle, continue from there, and change nothing. Where does the second run end?"),
            mark(
                "At the same weights, bit for bit. The seed decides the order of the images, and the optimizer keeps "
                "its memory, so nothing is left to chance."
            ),
        ),
        (
            mark("Continue from a late step with a tenth of the learning rate. What does the curve do?"),
            mark(
                "The loss soon falls and jitters less: the weights stop jumping across the valley and settle into it. "
                "Early in a run, the same change only makes training slow."
            ),
        ),
    ),
    "fool": (
        (
            mark("Does a random change of the same size fool the network too?"),
            mark(
                "Hardly ever. Random changes cancel out in a sum over 784 pixels. Changes that all follow the gradient "
                "add up, so a little in each pixel is enough."
            ),
        ),
        (
            mark("Which network is harder to fool, the basic or the pretrained one?"),
            mark(
                "Find the smallest change that fools each: mostly the pretrained one needs more. But nothing in its "
                "training stops a change designed to fool it."
            ),
        ),
        (
            mark("Why can you read the changed image when the network cannot?"),
            mark(
                "You read strokes: how they connect, and how they bend. The network adds up single pixels, each with "
                "its own weight. Nothing tells it that gray between the strokes isn’t ink."
            ),
        ),
    ),
    "map": (
        (
            mark("Which digits overlap on the map? Do they look alike to you?"),
            mark(
                "Press a few dots where colors mix. Some pairs look alike, such as 4 and 9: they are among the closest "
                "pairs, on the map and in the layer itself. Others overlap only because the map is flat."
            ),
        ),
        (
            mark("Watch the map while a network trains. What happens in the first epoch?"),
            mark(
                "The clouds overlap at first. Then they come apart, and each digit gathers in its own place. The last "
                "layer can only cut with straight planes, so the layers before it have to pull the digits apart."
            ),
        ),
        (
            mark("Two dots overlap. Does the network take their digits to be the same?"),
            mark(
                "Not always. The layer has as many directions as neurons, and the map shows the two that separate the "
                "digits best. Dots that overlap here may be far apart in another direction."
            ),
        ),
    ),
    "wish": (
        (
            mark("Ask for the answer 3. Would you have read a 3?"),
            mark(
                "Hardly: there are traces of its curves, and much else. The network is nearly certain all the same. It "
                "knows what tells digits apart, not what digits look like, as it has only ever seen digits."
            ),
        ),
        (
            mark("Ask a neuron of the first layer. What does its image have in common with its weights?"),
            mark(
                "It is the orange part of them, limited to black and white. A first neuron’s sum grows with ink where "
                "its weights are positive, and falls where they are negative."
            ),
        ),
        (
            mark("Ask a neuron of a new network, then the same neuron after training. What has changed?"),
            mark(
                "Before, the image is noise, like the weights. While the network learns, strokes appear: pieces that "
                "tell digits apart. The pretrained network, which has seen bent digits, shows the broadest ones."
            ),
        ),
    ),
    "valley": (
        (
            mark("Train with a learning rate of 0.1, then with 1. What does each path look like on its plane?"),
            mark(
                "With 0.1, it bends down into the valley. With 1, the steps are too long: the path jumps from side to "
                "side or far out, and may never come back."
            ),
        ),
        (
            mark("The network has a hundred thousand weights. How can two directions show anything?"),
            mark(
                "They are the two in which the path varies most, and they show only its overall shape. A large share "
                "proves little: a random walk, with steps as long in random directions, also varies mostly in two "
                "directions. Compare both shares beside the map."
            ),
        ),
        (
            mark("Is the bottom of this valley the best network there is?"),
            mark(
                "It is the lowest place on this plane; in other directions the ground may go farther down. The height "
                "is the loss on validation images. The run goes downhill on its training images, so the end of its "
                "path can even lead uphill here."
            ),
        ),
    ),
}
"""Questions with their answers, by the name of the experiment."""
