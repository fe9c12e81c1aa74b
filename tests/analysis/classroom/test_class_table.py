"""A class's table: each network on the drawings of everybody but its owner."""

import math

import numpy as np
from scipy.special import stdtrit

from mlp.analysis.classroom.class_table import (
    MIN_WRITERS_TO_RANK,
    Cell,
    Contender,
    Line,
    Writer,
    class_table,
    compared,
    misread,
    most_misread,
)
from mlp.analysis.scores import wilson_interval
from mlp.class_names import DIGITS
from mlp.images.drawings.drawing_set import DrawingSet, Example
from mlp.nn.network import MLP
from mlp.nn.reader import Reader


def reads_as(digit: int) -> Reader:
    """Return a network that reads every image as this digit."""
    network = MLP.zeros([784, 10], "relu")
    network.dense_layers[0].bias.value[digit] = 1.0
    return Reader(network)


def written(*labels: int) -> DrawingSet:
    return DrawingSet(
        DIGITS, tuple(Example(label, np.full(784, 3 + place, np.uint8)) for place, label in enumerate(labels))
    )


WRITERS = [Writer("a", "ant", written(3, 3, 5)), Writer("b", "bee", written(3, 8)), Writer("c", "cow", written())]


def test_best_network_comes_first_and_nobody_is_read_by_their_own():
    lines = class_table(
        [
            Contender("a", "ant", reads_as(3)),
            Contender("", "Pretrained", reads_as(3)),
            Contender("b", "bee", reads_as(5)),
        ],
        WRITERS,
    )
    assert [(line.contender.name, line.n_right, line.n) for line in lines] == [
        ("Pretrained", 3, 5),
        ("ant", 1, 2),
        ("bee", 1, 3),
    ]
    assert [list(line.cells) for line in lines] == [["a", "b"], ["b"], ["a"]]
    assert lines[0].cells["a"].right.tolist() == [True, True, False]
    assert lines[0].cells["a"].answers.tolist() == [3, 3, 3]
    assert lines[0].interval is None  # so few writers say too little about others


def test_limits_are_those_of_drawings_only_if_writers_are_read_alike():
    def limits(*right: int) -> tuple[float, float] | None:
        cells = {str(place): Cell(written(), np.zeros(0), np.arange(20) < n) for place, n in enumerate(right)}
        return Line(Contender("", "Pretrained", reads_as(3)), cells).interval

    assert limits(*[18] * 5) is None
    alike, unlike, perfect = limits(*[18] * 6), limits(*[20] * 3, *[16] * 3), limits(*[20] * 6)
    assert alike == wilson_interval(108, 120, math.sqrt(2) * stdtrit(5, 0.975))
    assert unlike[0] < alike[0] < 0.9 < alike[1] < unlike[1]
    assert 0.9 < perfect[0] < perfect[1] == 1


def test_network_that_learned_the_others_reads_its_owners_drawings_only():
    [line] = class_table([Contender("b", "bee", reads_as(3), of_class=True)], WRITERS)
    assert (list(line.cells), line.n_right, line.n) == (["b"], 1, 2)
    assert class_table([Contender("c", "cow", reads_as(3), of_class=True)], WRITERS) == []  # who has given nothing


def test_network_of_other_names_or_without_others_drawings_has_no_line():
    signs = Reader(MLP.zeros([784, 2], "relu"), names=("A", "B"))
    assert class_table([Contender("", "signs", signs), Contender("a", "ant", reads_as(1))], WRITERS[:1]) == []


def test_only_new_drawings_and_networks_are_read():
    contenders = [Contender("", "Pretrained", reads_as(3)), Contender("a", "ant", reads_as(3))]
    first = class_table(contenders, WRITERS)
    writers, networks = (
        [WRITERS[0], Writer("b", "bee", written(3))],
        [contenders[0], Contender("a", "ant", reads_as(8))],
    )
    again = {line.contender.name: line.cells for line in class_table(networks, writers, first)}
    before = {line.contender.name: line.cells for line in first}
    assert again["Pretrained"]["a"] is before["Pretrained"]["a"]
    assert (len(again["Pretrained"]["b"].right), again["ant"]["b"].answers.tolist()) == (1, [8])


def test_names_are_compared_by_their_share_of_misread_drawings():
    lines = class_table([Contender("", "Pretrained", reads_as(3)), Contender("b", "bee", reads_as(5))], WRITERS)
    wrong, of = misread(lines, 10)
    assert wrong[:, [0, 3, 5, 8]].tolist() == [[0, 2, 1, 0], [0, 0, 0, 1]]
    assert of[:, [0, 3, 5, 8]].tolist() == [[0, 4, 2, 0], [0, 1, 0, 1]]


def test_name_is_misread_most_only_if_many_writers_clearly_say_so():
    def of_writers(n: int, **misread: int) -> int | None:
        """Return the name for writers of two of each digit, of whom so many misread a digit, each both of theirs."""
        wrong = np.zeros((n, 10))
        for name, writers in misread.items():
            wrong[:writers, int(name[1:])] = 2
        return most_misread(wrong, np.full((n, 10), 2.0))

    n = MIN_WRITERS_TO_RANK
    assert of_writers(n, _8=n // 2, _3=1) == 8
    assert of_writers(n - 1, _8=n // 2, _3=1) is None
    assert of_writers(n, _8=n // 2, _3=n // 2) is None
    assert of_writers(n, _8=4, _3=3) is None
    assert of_writers(n) is None
    few_twos = np.full((n, 10), 2.0)
    few_twos[1:, 2] = 0  # one writer has drawn twos, and all are misread: most others haven't drawn any
    assert most_misread(np.where(np.arange(10) == 2, few_twos, 0.0)[:n], few_twos) is None


def test_networks_of_one_way_are_compared_and_others_stay_apart_without_a_rank():
    def lines(*networks):
        return class_table(
            [
                *(Contender(owner, owner, reads_as(digit), way) for owner, digit, way in networks),
                Contender("", "Pretrained", reads_as(3), "by Inkling"),
                Contender("", "MNIST alone", reads_as(8), "Basic"),
            ],
            WRITERS,
        )

    def titles(of):
        return [line.contender.title for line in of]

    now = compared(lines(("a", 5, "with the class"), ("b", 3, "with the class"), ("c", 3, "Basic")))
    assert now.way == "with the class"
    assert titles(now.lines) == ["b · with the class", "a · with the class"]
    assert titles(now.apart) == ["MNIST alone · Basic", "c · Basic", "Pretrained · by Inkling"]
    chosen = compared(lines(("a", 5, "with the class"), ("c", 3, "Basic")), "Basic")
    assert titles(chosen.lines) == ["c · Basic", "MNIST alone · Basic"]
    retrained = compared(lines(("a", 5, "with the class")), "Basic, 7 epochs")  # nobody has one any more
    assert retrained.way == "with the class"
    assert compared(lines()).way == "Basic"  # of as many, the first by name, as scores change
    assert compared([]) == ("", [], [])
