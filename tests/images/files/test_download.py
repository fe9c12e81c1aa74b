"""Downloads from local mirrors that work, misbehave, hang or are missing."""

import dataclasses
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mlp.images.background_fetch import Fetch, shared_fetch
from mlp.images.files import cache, download
from mlp.images.files.download import DEFAULT_MIRRORS, DownloadError, mirror_addresses
from mlp.images.files.lock import one_at_a_time
from mlp.images.mnist import fetch_mnist, is_local, load_mnist

# Each misbehavior of a mirror, with the reported reason. A mirror that answers badly may still have the next file.
BAD_ANSWERS = {
    "404": "404",
    "wrong bytes": "does not match the known hash",
    "truncated": r"it sends only \d+ of \d+ bytes",
    "too long": r"it sends more than the \d+ bytes",
    "a page": r"it sends only 35 of \d+ bytes",
}
DISAPPEARS = {
    "gone half way": r"\d+ bytes read, \d+ more expected",
    "hanging": "Read timed out",
    "stops half way": "timed out",
    "drips": r"only \d+ bytes in \d s",
}


@pytest.fixture
def short_waits(monkeypatch):
    """Shorten the waits for bad mirrors."""
    monkeypatch.setattr(download, "OPEN_S", 0.5)
    monkeypatch.setattr(download, "READ_S", 0.3)
    monkeypatch.setattr(download, "PATIENCE_S", 0.3)


def assert_whole_in(folder: Path, packed: dict[str, bytes]) -> None:
    """Whether the folder holds only complete files: each .gz correct, and no partial download."""
    for name, data in packed.items():
        assert (folder / name).read_bytes() == data
    assert not [path.name for path in folder.iterdir() if path.name.endswith(".part")]


@pytest.mark.parametrize("behavior", ["whole", "whole, marked as an encoding"])
def test_missing_files_are_downloaded_kept_and_mapped(tmp_path, packed, mirrors, behavior):
    (mirror,) = mirrors(behavior)
    assert not is_local(tmp_path)
    dataset = load_mnist(tmp_path)
    assert dataset.name == "MNIST"
    assert len(dataset.train) == 40
    assert_whole_in(tmp_path, packed)
    assert is_local(tmp_path)
    load_mnist(tmp_path)
    assert mirror.requests == dict.fromkeys(packed, 1)


def test_named_folder_is_created_in_an_existing_one(tmp_path, packed, mirrors):
    mirrors("whole")
    load_mnist(tmp_path / "new")
    assert_whole_in(tmp_path / "new", packed)


def test_user_cache_is_created_at_any_depth(tmp_path, packed, mirrors):
    mirrors("whole")
    load_mnist()
    assert_whole_in(tmp_path / "cache" / "inkling", packed)


def test_only_missing_and_broken_files_are_downloaded(folder, packed, mirrors):
    (mirror,) = mirrors("whole")
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"broken")
    assert load_mnist(folder).name == "MNIST"
    assert mirror.requests == {"t10k-labels-idx1-ubyte.gz": 1, "train-images-idx3-ubyte.gz": 1}
    assert_whole_in(folder, packed)


@pytest.mark.parametrize("behavior", [*BAD_ANSWERS, *DISAPPEARS])
def test_next_mirror_takes_over(tmp_path, packed, mirrors, short_waits, behavior, caplog):
    bad, good = mirrors(behavior, "whole")
    assert load_mnist(tmp_path).name == "MNIST"
    assert_whole_in(tmp_path, packed)
    assert good.requests == dict.fromkeys(packed, 1)
    # A mirror that goes away is waited for only once.
    assert bad.requests.total() == (4 if behavior in BAD_ANSWERS else 1)
    assert sum(bad.address in record.message for record in caplog.records) == bad.requests.total()


@pytest.mark.parametrize("behavior", [*BAD_ANSWERS, *DISAPPEARS])
def test_sample_is_used_without_a_good_mirror(tmp_path, mirrors, short_waits, behavior, caplog, capfd):
    mirrors(behavior, behavior)
    assert load_mnist(tmp_path).name == "MNIST sample"
    assert [path.name for path in tmp_path.iterdir() if "ubyte" in path.name] == []
    (record,) = caplog.records  # both mirrors and both causes in one line
    assert "using the small sample" in record.message
    assert capfd.readouterr().out == ""


def test_sample_is_used_offline(tmp_path, packed, caplog):
    assert load_mnist(tmp_path).name == "MNIST sample"
    assert "refused" in caplog.text


def test_slow_name_lookup_is_abandoned(tmp_path, packed, mirrors, short_waits, monkeypatch):
    (mirror,) = mirrors("whole")
    finished, waited_for = threading.Event(), []
    request = download.requests.get

    def slow_lookup(url, **options):
        if "never.example" in url:
            if not finished.wait(60):
                waited_for.append(url)
            raise download.requests.ConnectionError("name lookup failed")
        return request(url, **options)

    monkeypatch.setattr(download.requests, "get", slow_lookup)
    monkeypatch.setenv("MLP_DATA_MIRRORS", f"http://never.example/,{mirror.address}")
    assert load_mnist(tmp_path).name == "MNIST"
    finished.set()
    assert waited_for == []


def test_download_stays_in_memory_for_a_read_only_folder(read_only, packed, mirrors):
    (mirror,) = mirrors("whole")
    read_only.chmod(0o755)
    (read_only / "train-images-idx3-ubyte.gz").write_bytes(b"broken")
    read_only.chmod(0o555)
    assert load_mnist(read_only).name == "MNIST"
    assert load_mnist(read_only).name == "MNIST"
    assert load_mnist(read_only, download=False).name == "MNIST"
    assert not is_local(read_only)  # another process would not find it
    assert mirror.requests == {"train-images-idx3-ubyte.gz": 1}
    assert {path.name for path in read_only.iterdir()} == set(packed)


def test_full_disk_costs_the_copy_but_not_the_data(tmp_path, mirrors, monkeypatch, caplog):
    mirrors("whole")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "write_whole", full)
    assert load_mnist(tmp_path).name == "MNIST"
    assert "No space left" in caplog.text


def test_concurrent_threads_download_once(tmp_path, packed, mirrors):
    (mirror,) = mirrors("slow")
    with ThreadPoolExecutor(4) as pool:
        datasets = list(pool.map(lambda _: load_mnist(tmp_path), range(4)))
    assert {dataset.name for dataset in datasets} == {"MNIST"}
    assert mirror.requests == dict.fromkeys(packed, 1)


def test_concurrent_processes_download_once(tmp_path, packed, mirrors):
    (mirror,) = mirrors("slow")
    code = (
        "import json, sys\n"
        "from mlp.images import mnist\nfrom mlp.images.files import cache\n"
        "cache.FILES = tuple(cache.MnistFile(**file) for file in json.loads(sys.argv[1]))\n"
        "mnist.VALIDATION_SIZE = 20\n"
        "print(mnist.load_mnist(sys.argv[2]).name)\n"
    )
    table = json.dumps([dataclasses.asdict(file) for file in cache.FILES])
    command = [sys.executable, "-c", code, table, str(tmp_path)]
    root = Path(__file__).parents[3]
    processes = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0].strip() for process in processes] == ["MNIST", "MNIST"]
    assert mirror.requests == dict.fromkeys(packed, 1)


def test_dead_process_releases_its_lock(tmp_path, caplog):
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom mlp.images.files.lock import one_at_a_time\n"
        "with one_at_a_time(Path(sys.argv[1]), 0): os._exit(3)\n"
    )
    path = tmp_path / "lock"
    result = subprocess.run([sys.executable, "-c", code, str(path)], cwd=Path(__file__).parents[3], check=False)
    assert result.returncode == 3
    with one_at_a_time(path, 0):
        pass
    assert caplog.records == []


def test_unreleased_lock_only_costs_the_wait(tmp_path, caplog):
    with one_at_a_time(tmp_path / "lock", 0), one_at_a_time(tmp_path / "lock", 0.2):
        assert "continuing without" in caplog.text


def test_progress_counts_up_to_the_size_of_each_file(tmp_path, packed, mirrors):
    mirrors("whole")
    seen: dict[str, list[int]] = {}

    def progress(name, done, total):
        assert total == len(packed[name])
        seen.setdefault(name, []).append(done)

    load_mnist(tmp_path, progress=progress)
    assert list(seen) == list(packed)
    for name, counts in seen.items():
        assert counts == sorted(counts)
        assert counts[-1] == len(packed[name])


def test_progress_error_ends_the_download_and_leaves_no_files(tmp_path, mirrors):
    mirrors("whole")

    def stop(name, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_mnist(tmp_path, progress=stop)
    assert [path.name for path in tmp_path.iterdir() if "ubyte" in path.name] == []


def test_environment_sets_the_mirrors(monkeypatch):
    monkeypatch.setenv("MLP_DATA_MIRRORS", " http://one/mnist, https://two/ ,")
    assert mirror_addresses() == ("http://one/mnist/", "https://two/")
    monkeypatch.setenv("MLP_DATA_MIRRORS", " ")
    assert mirror_addresses() == DEFAULT_MIRRORS
    monkeypatch.setenv("MLP_DATA_MIRRORS", "https://one/,/srv/mnist")
    with pytest.raises(ValueError, match="must hold http:// or https:// addresses, got '/srv/mnist'"):
        mirror_addresses()


@pytest.mark.parametrize(("behavior", "reason"), (BAD_ANSWERS | DISAPPEARS).items())
def test_failed_download_reports_a_reason_for_each_mirror(tmp_path, mirrors, short_waits, behavior, reason):
    first, second = mirrors(behavior, "404")
    message = f"^no mirror had train-images-idx3-ubyte.gz: {first.address}/: .*{reason}.*; {second.address}/: 404 "
    with pytest.raises(DownloadError, match=message):
        fetch_mnist(tmp_path)


def test_background_download_reports_progress_and_returns_data(tmp_path, packed, mirrors):
    mirrors("slow")
    fetch = Fetch(tmp_path)
    assert fetch.state().running
    state = fetch.wait(60)
    assert not state.running
    assert state.dataset.name == "MNIST"
    assert state.done == state.total == sum(map(len, packed.values()))
    assert state.failed is None


def test_failed_background_download_reports_why_and_can_restart(tmp_path, mirrors):
    mirrors("404")
    failed = shared_fetch(tmp_path)
    assert "404" in failed.wait(60).failed
    assert shared_fetch(tmp_path) is failed
    mirrors("whole")
    again = shared_fetch(tmp_path, retry=True)
    assert again.wait(60).dataset.name == "MNIST"
    assert shared_fetch(tmp_path, retry=True) is again


def test_background_download_into_an_invalid_folder_fails_quietly(tmp_path):
    (tmp_path / "data").write_text("")
    assert "must be a folder" in Fetch(tmp_path / "data").wait(60).failed


def test_background_download_into_a_read_only_folder_asks_no_mirror(read_only, mirrors):
    (mirror,) = mirrors("whole")
    assert Fetch(read_only).wait(60).dataset.name == "MNIST"
    read_only.chmod(0o755)
    (read_only / "t10k-labels-idx1-ubyte.gz").unlink()
    read_only.chmod(0o555)
    assert "cannot be written" in Fetch(read_only).wait(60).failed
    assert mirror.requests.total() == 0


def test_background_download_fails_on_a_full_disk(tmp_path, mirrors, monkeypatch):
    mirrors("whole")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "write_whole", full)
    assert "could not be kept" in Fetch(tmp_path).wait(60).failed


def test_downloaded_arrays_equal_the_served_ones(tmp_path, packed, folder, mirrors):
    mirrors("whole")
    fetched, local = load_mnist(tmp_path / "new"), load_mnist(folder, download=False)
    for name in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(fetched, name).images, getattr(local, name).images)
        np.testing.assert_array_equal(getattr(fetched, name).labels, getattr(local, name).labels)
