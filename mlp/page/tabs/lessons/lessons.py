"""Texts and experiments of the lessons."""

from dataclasses import dataclass

from mlp.training.settings import Settings


@dataclass(frozen=True)
class Experiment:
    """A run to try: the words on its button, and its settings."""

    said: str
    settings: Settings


@dataclass(frozen=True)
class Lesson:
    """One lesson; its texts are Markdown."""

    title: str
    expect: str
    experiments: tuple[Experiment, ...]
    look_for: str
    question: str
    answer: str
    guess: tuple[str, int] | None = None  # what to guess first, and of which experiment


LESSONS = {
    "learning-rate": Lesson(
        title="Learning rate",
        expect="The learning rate says how far each step goes downhill. With short steps a network learns, but slowly; "
        "with steps that are too long it jumps over the valley that it should go down into. In between is a wide range "
        "where all goes well. Train the three networks, one after the other or all at once.",
        experiments=(
            Experiment("Short steps: 0.003", Settings(learning_rate=0.003, epochs=5)),
            Experiment("Medium steps: 0.1", Settings(learning_rate=0.1, epochs=5)),
            Experiment("Long steps: 1", Settings(learning_rate=1.0, epochs=5)),
        ),
        look_for="How soon does the loss fall, and how low does it get? How much does it jitter on the way? With the "
        "longest steps, does it fall at all, and does it stay there? Under *Lab*, "
        "*Valley* shows afterwards where the long steps jumped to.",
        question="The medium steps are best for these five epochs. Why would one still make them shorter towards the "
        "end of a long training?",
        answer="Long steps get far at first, but near the bottom they go to and fro across it: the loss jitters, and "
        "stays above what could be reached. Shorter steps then settle down. That is what *Learning rate over time: "
        "cosine* does, among the settings.",
        guess=("With steps of 1, how well will it read validation digits? Draw the curve that you expect", 2),
    ),
    "width-and-depth": Lesson(
        title="Width and depth",
        expect="The width of a layer is how many things it can look for at once. Depth lets later layers put together "
        "what earlier ones have found. Wider helps here nearly always; more layers help less than one would think, and "
        "if they are narrow, everything has to go through a needle’s eye.",
        experiments=(
            Experiment("One layer of 8", Settings(hidden=(8,), epochs=5)),
            Experiment("One layer of 256", Settings(hidden=(256,), epochs=5)),
            Experiment("Four layers of 8", Settings(hidden=(8, 8, 8, 8), epochs=5)),
            Experiment("Four layers of 100", Settings(hidden=(100, 100, 100, 100), epochs=5)),
        ),
        look_for="Hold the validation accuracy against the count of numbers to learn. Which of the additional "
        "numbers were worth it? Which of the four was slowest to begin?",
        question="One layer of 256 makes 203,530 numbers to learn, one of 8 only 6,370. Nearly all of them are in one "
        "place of the network. Where, and why?",
        answer="Between the pixels and the first layer: 784 × 256 = 200,704 weights. Each neuron of the first layer "
        "has a weight of its own for every pixel, which together are a picture of what it looks for. *Look inside* "
        "shows these pictures.",
        guess=("How far does one layer of 8 neurons get? Draw the curve that you expect", 0),
    ),
    "overfitting": Lesson(
        title="Overfitting on little data",
        expect="With 100,710 numbers to learn and only 300 images, a network can learn its images by heart. Then it "
        "reads every one of them, and still stumbles over digits that it has not seen. Ten times the images leave it "
        "less choice; and images that are warped anew each time it sees them cannot be learned by heart at all. With "
        "dropout half of the neurons sit out each step, so that none can rely on a few others.",
        experiments=(
            Experiment("300 images", Settings(images=300, epochs=60)),
            Experiment("3,000 images", Settings(images=3000, epochs=30)),
            Experiment("300 images, warped", Settings(images=300, epochs=60, warp=1.0)),
            Experiment("300 images, dropout", Settings(images=300, epochs=60, dropout=0.5)),
        ),
        look_for="How far apart are the two accuracies, on its own images and in validation? Look at the loss in "
        "validation, the dashed line: when does it stop falling, while the other one still goes down?",
        question="On its 300 images the network reaches 100 %. Does that say how well it will read your drawing?",
        answer="No. Only images that it did not learn from can say that, and so 10,000 are kept aside as validation "
        "images. Even those wear out if you pick your settings by them again and again, which is a way of training "
        "too: for the very last question there are the test images.",
        guess=("With 300 images, how well will it read validation digits? Draw the curve that you expect", 0),
    ),
    "centring": Lesson(
        title="Why centring matters",
        expect="MNIST’s digits all stand in one place: fitted into 20 × 20 pixels, with their centre of mass in the "
        "middle of 28 × 28. A network like this one has a weight for every single pixel, so a 7 in the corner has "
        "hardly a weight in common with a 7 in the middle. This page brings your drawing into MNIST’s form before the "
        "network sees it. Here is what would happen without.",
        experiments=(Experiment("Train a network to ask", Settings(epochs=5)),),
        look_for="Draw a digit above, rather small. Below, the same network reads it twice: merely shrunk with the "
        "whole canvas, as many such pages do it, and in MNIST’s form. Then push it about: which of the two answers "
        "changes?",
        question="Of 3,154 digits that people wrote on tablets, the article’s network reads 28.6 % when they are "
        "merely shrunk, and 95.1 % in MNIST’s form. Could one instead train a network with digits that are pushed "
        "about at random?",
        answer="Yes. It would then learn every digit in every place, and would need more neurons and more time for "
        "it, since what it learns in one corner helps it nowhere else. Convolutional networks look for the same "
        "pattern everywhere, and so have it built in. Putting every digit into the middle first is the cheapest way, "
        "and *Straighten*, among the settings, goes one step further: it stands every digit upright.",
    ),
}
"""By the name that the URL has for each: ``?lesson=learning-rate``."""
