"""Texts and experiments of the lessons."""

from dataclasses import dataclass

from mlp.language import mark
from mlp.training.settings import SYNTHETIC, Settings


@dataclass(frozen=True)
class Experiment:
    """A run to try: its button's label, a marked text that also names it among the results, and its settings.

    With ``drawings``, it learns that many drawings of each digit, warped.
    """

    label: str
    settings: Settings
    drawings: int | None = None


@dataclass(frozen=True)
class Lesson:
    """One lesson; its texts are Markdown, marked."""

    title: str
    expect: str
    experiments: tuple[Experiment, ...]
    look_for: str
    question: str
    answer: str
    guess: tuple[str, int] | None = None  # a question to guess first, and the number of its experiment
    teaching: str = ""  # for teachers: aim, minutes, what to ask, and what usually happens


LESSONS = {
    "learning-rate": Lesson(
        title=mark("Learning rate"),
        expect=mark(
            "The learning rate sets how far each step goes downhill. With short steps a network learns, but slowly. "
            "With steps that are too long it jumps across the valley instead of going down into it. In between is a "
            "wide range where training works. *Cosine* begins with long steps and ends with ever shorter ones. Two of "
            "the runs have another seed, so they differ by chance alone."
        ),
        experiments=(
            Experiment(mark("Short steps: 0.003"), Settings(learning_rate=0.003, epochs=5)),
            Experiment(mark("Medium steps: 0.1"), Settings(learning_rate=0.1, epochs=5)),
            Experiment(mark("Long steps: 1"), Settings(learning_rate=1.0, epochs=5)),
            Experiment(mark("Cosine from 0.1"), Settings(learning_rate=0.1, epochs=5, schedule="cosine")),
            Experiment(mark("0.1, another seed"), Settings(learning_rate=0.1, epochs=5, seed=7)),
            Experiment(mark("Cosine, another seed"), Settings(learning_rate=0.1, epochs=5, schedule="cosine", seed=7)),
        ),
        look_for=mark(
            "How soon does the loss fall, and how low does it get? How much does it jitter on the way? With the "
            "longest steps, does it fall at all? How far apart do two runs end that differ only by their seed? Under "
            "*Lab*, *Valley* then shows where the long steps went."
        ),
        question=mark(
            "The two runs with constant steps of 0.1 can end a point or two apart, though only their seed differs. The "
            "two with cosine end almost level. Why?"
        ),
        answer=mark(
            "Near the bottom, long steps go back and forth across the valley. The loss jitters, so chance decides how "
            "good the network is where the run happens to stop. This is noise. When you compare two settings, a "
            "difference no larger than that between two seeds tells you nothing. Cosine ends with ever shorter steps, "
            "which settle down. It is in the settings, under *Learning rate over time*."
        ),
        guess=(mark("With steps of 1, how well will it read validation digits? Draw the curve that you expect"), 2),
    ),
    "width-and-depth": Lesson(
        title=mark("Width and depth"),
        expect=mark(
            "The width of a layer is how many features it can look for at once. Depth lets later layers combine what "
            "earlier ones have found. Wider nearly always helps here. More layers help less than you might think, and "
            "if they are narrow, they become a bottleneck."
        ),
        experiments=(
            Experiment(mark("One layer of 8"), Settings(hidden=(8,), epochs=5)),
            Experiment(mark("One layer of 256"), Settings(hidden=(256,), epochs=5)),
            Experiment(mark("Four layers of 8"), Settings(hidden=(8, 8, 8, 8), epochs=5)),
            Experiment(mark("Four layers of 100"), Settings(hidden=(100, 100, 100, 100), epochs=5)),
        ),
        look_for=mark(
            "Compare the validation accuracy with the count of numbers to learn. Which of the additional numbers were "
            "worth it? Which of the four was slowest to begin?"
        ),
        question=mark(
            "A network with one layer of 256 has 203,530 numbers to learn; with one of 8, only 6,370. Nearly all of "
            "them are in one place. Where, and why?"
        ),
        answer=mark(
            "Between the pixels and the first layer: 784 × 256 = 200,704 weights. Each neuron of the first layer has "
            "its own weight for every pixel. Together they form an image of the pattern that it looks for. *Look "
            "inside* shows these images."
        ),
        guess=(mark("How far does one layer of 8 neurons get? Draw the curve that you expect"), 0),
    ),
    "overfitting": Lesson(
        title=mark("Overfitting on little data"),
        expect=mark(
            "With 100,710 numbers to learn and only 300 images, a network can memorize its images. It then reads every "
            "one of them, and still misreads more than one in ten digits that it has not seen. With ten times the "
            "images, memorizing is harder. Bent images differ a little every time they are seen. With dropout, three "
            "in ten hidden neurons sit out, drawn anew for each image, so that the network can’t rely on a few of "
            "them. All four runs take 940 steps."
        ),
        experiments=(
            Experiment(mark("300 images"), Settings(images=300, epochs=94)),
            Experiment(mark("3,000 images"), Settings(images=3000, epochs=10)),
            Experiment(mark("300 images, bent"), Settings(images=300, epochs=94, warp=1.0)),
            Experiment(mark("300 images, dropout"), Settings(images=300, epochs=94, dropout=0.3)),
        ),
        look_for=mark(
            "How far apart are the two accuracies, on its own images and on validation images? Look at the validation "
            "loss, the dashed line: where does it stop falling while the training loss still goes down? Which of the "
            "three remedies helps most?"
        ),
        question=mark("On its 300 images the network reaches 100%. Does that say how well it will read your drawing?"),
        answer=mark(
            "No. Only images that it did not learn from can tell you that, so 10,000 are kept for validation. Even "
            "those lose their value if you choose settings by them repeatedly, as that is a kind of training too. For "
            "the final check there are the test images. Of the three remedies, more images help most, then bending. "
            "Dropout gains about a point at most."
        ),
        guess=(mark("With 300 images, how well will it read validation digits? Draw the curve that you expect"), 0),
    ),
    "examples": Lesson(
        title=mark("How many examples does it need?"),
        expect=mark(
            "MNIST has 50,000 images to learn from. Here a network gets only a few drawings of each digit, and 100 "
            "bent copies of each drawing. All four runs take about 5,000 steps. Validation uses drawings that none of "
            "them learned from."
        ),
        experiments=(
            Experiment(mark("2 of each"), Settings(epochs=80), drawings=2),
            Experiment(mark("4 of each"), Settings(epochs=40), drawings=4),
            Experiment(mark("8 of each"), Settings(epochs=20), drawings=8),
            Experiment(mark("16 of each"), Settings(epochs=10), drawings=16),
        ),
        look_for=mark(
            "How much does the validation accuracy rise each time the number of drawings doubles? Which of the four "
            "runs learns its own drawings, and how soon?"
        ),
        question=mark(
            "All four networks read nearly all of their own bent drawings. Why does the one with 16 read the "
            "validation drawings so much better than the one with 2?"
        ),
        answer=mark(
            "Bending changes a drawing a little: its slant, size and width. It can’t turn a plain 7 into one with a "
            "bar. The network can’t learn a style that no drawing shows. Two drawings show two ways to write a digit; "
            "sixteen show most of them. If you teach your own signs, vary each one, as you would in a hurry."
        ),
    ),
    "centring": Lesson(
        title=mark("Why centering matters"),
        expect=mark(
            "MNIST’s digits are all in the same place: fitted into 20 × 20 pixels, with their center of mass in the "
            "middle of 28 × 28. A network like this one has a weight for every single pixel, so a small 7 in the "
            "corner shares hardly any weights with a 7 in the middle. Inkling converts your drawing to MNIST’s form "
            "before the network sees it. This lesson shows what would happen otherwise."
        ),
        experiments=(Experiment(mark("Train a network to compare with"), Settings(epochs=5)),),
        look_for=mark(
            "Draw a small digit on the canvas. The same network reads it twice: shrunk with the whole canvas, as many "
            "other pages do, and in MNIST’s form. Then push it around: which of the two answers changes?"
        ),
        question=mark(
            "Of 3,154 digits that people drew on tablets, the basic network reads 28.4% if they are just shrunk, and "
            "95.1% in MNIST’s form. Could you train a network on digits in random places instead?"
        ),
        answer=mark(
            "Yes. It would learn every digit in every place. For that it would need more neurons and more time, "
            "because the weights for one corner don’t help in another. Convolutional networks look for the same "
            "pattern everywhere. Centering every digit first is the cheapest way. *Straighten*, in the settings, goes "
            "one step further: it makes every digit upright."
        ),
    ),
    "writers": Lesson(
        title=mark("Who writes like MNIST?"),
        expect=mark(
            "MNIST’s digits are by Americans who wrote them around 1990. Elsewhere, people bar their sevens, slash "
            "their zeros, and begin a one with a long upstroke. A network can only learn styles that it has seen. The "
            "third run learns synthetic digits too, in styles that are rare in MNIST. In a room, your class finds out "
            "who writes like MNIST. The room is under *Mine*, *Room*."
        ),
        experiments=(
            Experiment(mark("MNIST alone"), Settings(epochs=5)),
            Experiment(mark("MNIST, bent"), Settings(epochs=5, warp=1.0)),
            Experiment(mark("With synthetic digits"), Settings(epochs=5, warp=1.0, synthetic=SYNTHETIC)),
        ),
        look_for=mark(
            "Draw a slashed 0, a 1 with a long upstroke and a foot, and a 7 with a bar. Which of the runs read them? "
            "In a room, everybody gives two of each digit, and guesses which one will be misread most. Then open the "
            "table: a press on a cell shows what was misread. What do these drawings have in common?"
        ),
        question=mark(
            "The network that learned MNIST alone reads 94 of 100 test images or more. Why does it misread more of the "
            "digits that your class writes?"
        ),
        answer=mark(
            "The test images are by the same kind of writers as the training images, so they show the same styles. A "
            "zero with a slash is rare there: of those that a program draws, this network misreads more than half. The "
            "pretrained network has learned such zeros, too, and misreads one in a hundred. If a data set lacks your "
            "handwriting, its test images can’t tell how well a network reads you."
        ),
        teaching=mark(
            "- **Aim:** a score holds for people who write like those in the data.\n"
            "- **Minutes:** 30, with 10 for writing.\n"
            "- **Ask:** before the table opens, whose digits will be misread, and why? After it, what would you add to "
            "MNIST?\n"
            "- **What usually happens:** the pretrained network reads more than *MNIST alone*."
        ),
    ),
    "taught": Lesson(
        title=mark("Does it read me because I taught it?"),
        expect=mark(
            "A network that you taught may have read your digits before, or it may have memorized the drawings that it "
            "learned. So some of yours are held back, and read before and after. And a lesson brings images of MNIST, "
            "too, which may have taught it more than your digits. The first network here has seen few images, the "
            "second all of them. Train one of them, then teach it."
        ),
        experiments=(
            Experiment(mark("300 images"), Settings(images=300, epochs=94)),
            Experiment(mark("All images"), Settings(epochs=5)),
        ),
        look_for=mark(
            "Draw each digit twice, and keep it with *Not right? It was a …* Then press *Teach my digits* under "
            "*Mine*, *Your drawings*. The network learns one of each. How does it read the ten that are held back, "
            "before and after? In a room, press *Train with the class*: the network forgets your lesson, and learns "
            "everybody’s digits but yours. *Your drawings* then shows how it reads the same ten. At last, set *Share "
            "of drawings in training* to 0%, and press *Teach my digits* again: now it learns MNIST’s images only."
        ),
        question=mark(
            "After teaching, the network reads nearly all of your digits. How can you find out whether that is because "
            "you taught it?"
        ),
        answer=mark(
            "Teach the same network without you, and compare: at a share of 0%, or with the class. If it then reads "
            "the ten as well as after your own lesson, it wasn’t your digits that it needed. Compare only digits that "
            "were held back: a network reads all that it has memorized."
        ),
        teaching=mark(
            "- **Aim:** only a comparison with a network that you didn’t teach shows what you taught yours.\n"
            "- **Minutes:** 30, after the lesson before.\n"
            "- **Ask:** which row would change if you left the room? Is a network that the class taught better for "
            "everybody?\n"
            "- **What usually happens:** a network reads nearly all of the digits that it was taught, but fewer of "
            "those held back. With the class, the network with 300 images gains a lot, and about half of that or more "
            "at a share of 0%, too: from MNIST’s images. One that learned all of MNIST knows these already: they gain "
            "it a point or two at most. A few points more are from the class."
        ),
    ),
}
"""Lessons, by their names in the URL: ``?lesson=learning-rate``."""
