"""Checks of claims in the lab's questions, computed with two seeds or with the pretrained networks."""

from functools import cache
from itertools import islice, pairwise

import numpy as np

from mlp.analysis.damage import Damage, damaged, n_right
from mlp.analysis.lab.fool import Attack, attack
from mlp.analysis.lab.map import Plane, discriminant_plane, hidden_outputs
from mlp.analysis.lab.valley import random_walk_share, valley
from mlp.analysis.lab.wish import wish
from mlp.analysis.trace import trace
from mlp.jobs.sliced import advanced
from mlp.nn.losses import softmax
from mlp.nn.network import MLP
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.claims.runs import DATA, EPOCH, SEEDS, UNSEEN, pretrained, right, trained

SHOWN = UNSEEN.images[:60].astype(np.float32) / 255


def first_right_early_then_wavering() -> None:
    keep = tuple(range(5, 301, 5))
    for seed in SEEDS:
        networks = trained(300, keep, seed=seed).networks
        answers = np.stack([network.predict(UNSEEN.images[:200]) for network in networks.values()])
        is_right = answers == UNSEEN.labels[:200]
        assert is_right[: 100 // 5].any(axis=0).mean() > 0.5
        lost = is_right[:-1] & ~is_right[1:]
        assert lost[100 // 5 :].any(axis=0).mean() > 0.1


def going_on_unchanged_ends_at_the_same_bits() -> None:
    for seed in SEEDS:
        run = Run(Settings(seed=seed, momentum=0.5))
        for _ in islice(steps(run, *_images()), 20):
            pass
        twin = run.copy()
        for one in (run, twin):
            for _ in islice(steps(one, *_images()), 20):
                pass
        assert run.network.values.tobytes() == twin.network.values.tobytes()


def a_tenth_of_the_rate_calms_a_late_run_and_slows_an_early_one() -> None:
    for seed in SEEDS:
        late, late_slower = (_losses_after(3 * EPOCH, factor, seed) for factor in (1, 0.1))
        assert late_slower.mean() < late.mean()
        assert late_slower.std() < late.std()
        early, early_slower = (_losses_after(20, factor, seed) for factor in (1, 0.1))
        assert early_slower[-20:].mean() > early[-20:].mean() + 0.05


def _losses_after(n_steps: int, factor: float, seed: int) -> np.ndarray:
    """Return the losses of the next epoch after a step, with another rate."""
    run = trained(n_steps, seed=seed, learning_rate=0.3).run.copy()
    run.learning_rate *= factor
    return np.array([step.loss for step in islice(steps(run, *_images()), EPOCH)])


def _images() -> tuple[np.ndarray, np.ndarray]:
    return DATA.train.images, DATA.train.labels


def article_survives_pruning() -> None:
    network = pretrained("article").network
    left = damaged(network, Damage(pruned=0.85))
    assert n_right(left, UNSEEN.images, UNSEEN.labels) > 0.9 * len(UNSEEN)
    weights = np.abs(np.concatenate([dense.weight.value.ravel() for dense in network.dense_layers]))
    assert np.median(weights) < 0.3 * np.percentile(weights, 99)


def strongest_neuron_seldom_decides_but_in_small_networks() -> None:
    changed = [_changed_without_strongest(pretrained(name).network) for name in ("article", "inkling")]
    assert max(changed) < 0.1
    small = [_changed_without_strongest(trained(10 * EPOCH, hidden=(8,), seed=seed).network) for seed in SEEDS]
    assert min(small) > max(changed)


def _changed_without_strongest(network: MLP) -> float:
    """Return the share of images whose answer changes without the hidden neuron that fires most."""
    changed = []
    for image in SHOWN:
        fires = [np.abs(layer.outputs) for layer in trace(network, image, 1)[:-1]]
        layer = int(np.argmax([values.max() for values in fires]))
        left = damaged(network, Damage(((layer, int(fires[layer].argmax())),)))
        changed.append(network.predict(image[None])[0] != left.predict(image[None])[0])
    return float(np.mean(changed))


def one_bit_reads_seven_in_ten() -> None:
    left = damaged(pretrained("article").network, Damage(bits=1))
    assert 0.6 < right(left) < 0.85
    assert len(np.unique(left.dense_layers[0].weight.value[:, 0])) == 2  # one size, and its sign


def smallest(network: MLP, image: np.ndarray) -> Attack:
    """Return a small attack that changes the answer: none does with two gray levels of the screen less."""
    high = next(level for level in (8, 16, 32, 64, 128, 255) if attack(network, image, level / 256).turned)
    low = 0 if high == 8 else high // 2
    while high - low > 2:
        middle = (low + high) // 2
        low, high = (low, middle) if attack(network, image, middle / 256).turned else (middle, high)
    return attack(network, image, high / 256)


@cache
def smallest_changes(name: str) -> list[Attack]:
    """Return the smallest attacks on a pretrained network for the first twenty images."""
    return [smallest(pretrained(name).network, image) for image in SHOWN[:20]]


def random_changes_hardly_ever_turn_the_answer() -> None:
    for seed, name in zip(SEEDS, ("article", "inkling"), strict=True):
        network, rng = pretrained(name).network, np.random.default_rng(seed)
        turned = []
        for image, found in zip(SHOWN, smallest_changes(name), strict=False):
            noise = np.clip(image + found.size * rng.choice([-1, 1], (5, 784)), 0, 1).astype(np.float32)
            turned += (network.predict(noise) != found.before).tolist()
        assert np.mean(turned) < 0.05


def pretrained_takes_larger_changes_and_is_fooled() -> None:
    article, inkling = ([found.size for found in smallest_changes(name)] for name in ("article", "inkling"))
    assert np.median(inkling) > np.median(article)
    assert max(inkling) < 0.3


def _plane(network: MLP) -> Plane:
    """The map of a network, fitted on training images."""
    return discriminant_plane(hidden_outputs(network, DATA.train.images), DATA.train.labels)


def four_and_nine_are_close_in_the_layer_and_on_the_map() -> None:
    networks = [pretrained("article").network, *(trained(5 * EPOCH, seed=seed).network for seed in SEEDS)]
    for network in networks:
        points = hidden_outputs(network, UNSEEN.images)
        layer, plane = (_rank_of(4, 9, where) for where in (points, _plane(network).places(points)))
        assert layer <= 6
        assert plane <= 6


def _rank_of(one: int, other: int, points: np.ndarray) -> int:
    """Return the rank of a pair among all 45 pairs of digits, the closest centers first."""
    centers = np.stack([points[UNSEEN.labels == digit].mean(axis=0) for digit in range(10)])
    away = {(a, b): np.linalg.norm(centers[a] - centers[b]) for b in range(10) for a in range(b)}
    return sorted(away, key=lambda pair: float(away[pair])).index((one, other)) + 1


def digits_gather_in_the_first_epoch() -> None:
    for seed in SEEDS:
        networks = trained(EPOCH, (0, EPOCH), seed=seed).networks
        before, after = (_gathered(networks[step]) for step in (0, EPOCH))
        assert before < 4
        assert after > 1.5 * before


def _gathered(network: MLP) -> float:
    """Return the distance of the digits' centers on the map, divided by the spread of each digit's dots."""
    points = hidden_outputs(network, UNSEEN.images)
    places = _plane(network).places(points)
    centers = np.stack([places[UNSEEN.labels == digit].mean(axis=0) for digit in range(10)])
    return float(centers.var(axis=0).sum() / (places - centers[UNSEEN.labels]).var(axis=0).sum())


def overlapping_dots_may_be_far_apart() -> None:
    for name in ("article", "inkling"):
        network = pretrained(name).network
        points, plane = hidden_outputs(network, UNSEEN.images), _plane(network)
        assert plane.share < 0.6
        places = plane.places(points)
        near = np.square(places[:, None] - places[None]).sum(axis=2)
        np.fill_diagonal(near, np.inf)
        pairs = near.argmin(axis=1)
        away = np.linalg.norm(points - points[pairs], axis=1)
        usual = np.linalg.norm(points - points[np.random.default_rng(0).permutation(len(points))], axis=1)
        assert np.mean(away > 0.7 * np.median(usual)) > 0.05


def the_wish_for_a_three_is_read_with_certainty() -> None:
    for name in ("article", "inkling"):
        network = pretrained(name).network
        found = advanced(wish(network, len(network.dense_layers) - 1, 3), 60)
        chances = softmax(network.logits(found.image[None]))[0]
        assert chances.argmax() == 3
        assert chances[3] > 0.95


def the_wish_of_a_first_neuron_is_the_positive_part_of_its_weights() -> None:
    for seed in SEEDS:
        network = trained(EPOCH, seed=seed).network
        found = advanced(wish(network, 0, 3), 60)
        weight = network.dense_layers[0].weight.value[:, 3]
        np.testing.assert_allclose(found.image, np.clip(weight / np.sqrt(np.square(weight).mean()), 0, 1), atol=1e-3)


def training_turns_noise_into_strokes_broadest_with_warps() -> None:
    for seed in SEEDS:
        networks = trained(5 * EPOCH, (0, 5 * EPOCH), seed=seed).networks
        assert abs(_smoothness(networks[0])) < 0.05
        assert _smoothness(networks[5 * EPOCH]) > 0.05
    assert _smoothness(pretrained("inkling").network) > _smoothness(pretrained("article").network) > 0.1


def _smoothness(network: MLP) -> float:
    """Return the correlation of neighboring weights of the first layer where digits have ink: 0 for noise."""
    grids = network.dense_layers[0].weight.value.T.reshape(-1, 28, 28)[:100, 6:22, 6:22]
    return float(np.corrcoef(grids[:, :, 1:].ravel(), grids[:, :, :-1].ravel())[0, 1])


def long_steps_jump_and_short_ones_bend_down() -> None:
    for seed in SEEDS:
        short, long = (_straightness(_path(rate, seed)) for rate in (0.1, 1.0))
        assert short > 1.4 * long


def _path(rate: float, seed: int) -> list[np.ndarray]:
    keep = tuple(range(0, 5 * EPOCH, 12))
    return [network.values for network in trained(5 * EPOCH, keep, learning_rate=rate, seed=seed).networks.values()]


def _straightness(path: list[np.ndarray]) -> float:
    """Return the distance from the first to the last state, as a share of the path's length."""
    stretches = [float(np.linalg.norm(after - before)) for before, after in pairwise(path)]
    return float(np.linalg.norm(path[-1] - path[0])) / sum(stretches)


def a_random_walk_varies_mostly_in_two_directions_too() -> None:
    assert random_walk_share(np.ones(40)) > 0.7
    for seed in SEEDS:
        path = _path(0.1, seed)
        found = valley(path, MLP([784, 100, 200, 10], rng=np.random.default_rng(0)), *_images())
        assert found.explained > found.by_chance > 0.5
