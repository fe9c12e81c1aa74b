"""Data sets of one's own: each form gives the same images, split and named alike."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mlp
from mlp.images.mnist import PACKAGED, Dataset, load_mnist
from mlp.learned import Learned
from tests.sample_shapes import NAMES, shapes

N_EACH, N_TEST = 12, 4
IMAGES, LABELS = shapes(N_EACH)
TESTED, ANSWERS = shapes(N_TEST, seed=1)


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.astype(np.uint8).tobytes()


def png(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def in_pictures(images: np.ndarray, labels: np.ndarray, folder: str = "") -> dict[str, bytes]:
    pictures = zip(images, labels, strict=True)
    return {f"{folder}{NAMES[label]}/{n}.png": png(image.reshape(28, 28)) for n, (image, label) in enumerate(pictures)}


def in_arrays(**more: np.ndarray) -> dict[str, bytes]:
    arrays = {"images": IMAGES, "labels": LABELS, "test_images": TESTED, "test_labels": ANSWERS}
    return {f"{name}.npy": npy(array) for name, array in (arrays | {"names": np.array(NAMES)} | more).items()}


def in_idx(pack: Callable[[bytes], bytes] = bytes, ending: str = "") -> dict[str, bytes]:
    parts = {"train": (IMAGES, LABELS), "t10k": (TESTED, ANSWERS)}
    files = {"names.txt": "\n".join(NAMES).encode()}
    for part, (images, labels) in parts.items():
        files[f"{part}-images-idx3-ubyte{ending}"] = pack(idx(images.reshape(-1, 28, 28)))
        files[f"{part}-labels-idx1-ubyte{ending}"] = pack(idx(labels))
    return files


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def unpacked(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def by_class(split: mlp.images.mnist.Split, names: tuple[str, ...]) -> dict[str, set[bytes]]:
    return {name: {image.tobytes() for image in split.images[split.labels == n]} for n, name in enumerate(names)}


FORMS = {
    "npz": (in_arrays(), "x.npz"),
    "packed IDX": (in_idx(gzip.compress, ".gz"), "x.zip"),
    "IDX": (in_idx(), "x.zip"),
    "pictures": (in_pictures(IMAGES, LABELS, "x/train/") | in_pictures(TESTED, ANSWERS, "x/test/"), "x.zip"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", [zipped, unpacked])
def test_each_form_holds_the_same_images(tmp_path: Path, form: str, place: Callable[..., Path]):
    files, name = FORMS[form]
    data = mlp.load_data(place(tmp_path / name, files))
    assert sorted(data.names) == sorted(NAMES)
    assert (len(data.train), len(data.validation), len(data.test)) == (30, 6, 12)
    learned = {name: set() for name in NAMES}
    for split in (data.train, data.validation):
        for label, images in by_class(split, data.names).items():
            learned[label] |= images
    expected = mlp.load_data(zipped(tmp_path / "expected.npz", in_arrays()))
    assert by_class(data.test, data.names) == by_class(expected.test, expected.names)
    assert learned == {name: {i.tobytes() for i in IMAGES[n == LABELS]} for n, name in enumerate(NAMES)}


def test_npz_and_idx_of_the_same_split_are_the_same_set(tmp_path: Path):
    sets = [mlp.load_data(zipped(tmp_path / name, files)) for files, name in list(FORMS.values())[:3]]
    assert len({data.learned.digest for data in sets}) == 1
    assert np.array_equal(sets[0].train.images, sets[1].train.images)
    other = mlp.load_data(zipped(tmp_path / "other.npz", in_arrays(labels=LABELS[::-1])))
    assert other.learned.digest != sets[0].learned.digest


def test_first_images_are_of_all_classes(tmp_path: Path):
    data = mlp.load_data(zipped(tmp_path / "x.npz", in_arrays()))  # its file has class after class
    assert set(data.train.labels[:20].tolist()) == set(range(len(NAMES)))
    again = mlp.load_data(tmp_path / "x.npz")
    assert np.array_equal(data.train.images, again.train.images)


def test_without_test_images_a_sixth_of_each_class_is_held_out_twice(tmp_path: Path):
    arrays = {f"{name}.npy": npy(IMAGES[n == LABELS]) for n, name in enumerate(NAMES)}
    data = mlp.load_data(zipped(tmp_path / "x.zip", arrays))
    assert np.bincount(data.test.labels).tolist() == [2, 2, 2]
    assert np.bincount(data.validation.labels).tolist() == [1, 1, 1]  # of the ten that are left
    assert np.bincount(data.train.labels).tolist() == [9, 9, 9]
    splits = [{image.tobytes() for image in split.images} for split in (data.train, data.validation, data.test)]
    assert sum(map(len, splits)) == len(set.union(*splits))


@pytest.mark.parametrize("names", [("x_train", "y_train", "x_test", "y_test"), ("train_images", "train_labels")])
def test_names_of_arrays_from_elsewhere_are_known(tmp_path: Path, names: tuple[str, ...]):
    arrays = (IMAGES.reshape(-1, 28, 28, 1), LABELS[:, None], TESTED.reshape(-1, 28, 28), ANSWERS)
    files = {f"{name}.npy": npy(array) for name, array in zip(names, arrays, strict=False)}
    data = mlp.load_data(zipped(tmp_path / "x.npz", files))
    assert data.names == ("class 0", "class 1", "class 2")
    assert len(data.test) == (12 if len(names) == 4 else 6)


def test_classes_chooses_some_in_their_order(tmp_path: Path):
    data = mlp.load_data(zipped(tmp_path / "x.npz", in_arrays()), classes=["Zorp", NAMES[0]])
    assert data.names == ("Zorp", NAMES[0])
    assert len(data.train) + len(data.validation) == 2 * N_EACH
    assert {image.tobytes() for image in data.test.images[data.test.labels == 0]} == {
        image.tobytes() for image in TESTED[NAMES.index("Zorp") == ANSWERS]
    }


def test_pictures_become_light_shapes_on_black_squares(tmp_path: Path):
    wide = np.full((30, 60), 250, np.uint8)
    wide[5:25, 20:40] = 10  # a dark square on light paper
    files = {f"{name}/{n}.png": png(wide) for name in ("a", "b") for n in range(3)}
    data = mlp.load_data(unpacked(tmp_path, files))
    image = data.train.images[0].reshape(28, 28)
    assert image[0, 0] == image[27, 27] == image[2, 14] == 5  # the rim and what was added above have one tone
    assert image[14, 14] == 245
    assert "light and dark were exchanged" in data.note
    light = {f"{name}/{n}.png": png(255 - wide) for name in ("a", "b") for n in range(3)}
    same = mlp.load_data(unpacked(tmp_path / "light", light))
    assert (same.learned.digest, same.note) == (data.learned.digest, "")


def test_long_folder_names_are_shortened_if_they_stay_different(tmp_path: Path):
    def files(*names: str) -> dict[str, bytes]:
        return {f"{name}.npy": npy(IMAGES[:3]) for name in names}

    data = mlp.load_data(zipped(tmp_path / "x.zip", files("hot air balloon", "The Eiffel Tower")))
    assert data.names == ("The Eiffel T", "hot air ball")
    with pytest.raises(ValueError, match="names must differ, got 'hot air ball' twice"):
        mlp.load_data(zipped(tmp_path / "y.zip", files("hot air balloon", "hot air ball")))


def test_bytes_of_mnist_are_mnist_in_any_file(tmp_path: Path):
    mnist = mlp.load_data(PACKAGED)
    assert (mnist.learned, mnist.name) == (Learned(), "MNIST")
    digits = load_mnist(PACKAGED)
    images = np.concatenate([digits.train.images, digits.validation.images])
    labels = np.concatenate([digits.train.labels, digits.validation.labels])
    parts = {"images": images, "labels": labels, "test_images": digits.test.images, "test_labels": digits.test.labels}
    np.savez(tmp_path / "mnist.npz", **parts)
    again = mlp.load_data(tmp_path / "mnist.npz")
    assert np.array_equal(again.train.images, digits.train.images)
    assert again.learned.kind == "mnist"
    np.savez(tmp_path / "other.npz", **parts | {"labels": labels[::-1]})
    assert mlp.load_data(tmp_path / "other.npz").learned.kind == "set"


def test_license_is_kept(tmp_path: Path):
    files = in_idx() | {"LICENSE": b"\nCC0, by nobody\nmore"}
    data: Dataset = mlp.load_data(unpacked(tmp_path / "Shapes", files))
    assert (data.name, data.learned.title, data.learned.license) == ("Shapes", "Shapes", "CC0, by nobody")
