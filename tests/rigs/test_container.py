"""The Dockerfile passes a linter and names files that exist; the built packages hold all that they need."""

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.container.__main__ import instructions

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_hadolint_finds_nothing_in_the_dockerfile():
    program = Path(sys.executable).with_name("hadolint")
    checked = subprocess.run([program, str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout) == (0, "")


def test_copied_files_exist_and_are_not_ignored():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"}
    sources = [source for name, rest in instructions(DOCKERFILE) if name == "COPY" for source in rest.split()[:-1]]
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
        assert source.split("/")[0] in kept


def test_image_is_pinned_and_runs_without_root():
    steps = dict(instructions(DOCKERFILE))
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", steps["FROM"])
    assert steps["USER"].isdecimal()
    assert int(steps["USER"]) > 0
    assert "--require-hashes" in DOCKERFILE
    assert "_stcore/health" in steps["HEALTHCHECK"]


@pytest.mark.parametrize("name", ["page", "scheduler", "worker"])
def test_service_has_no_rights_that_it_does_not_need(name: str):
    service = COMPOSE["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"]
    assert len(service["tmpfs"]) == 1


def test_page_has_a_limit_of_memory_and_the_proxy_opens_tcp_only():
    assert re.fullmatch(r"\$\{INKLING_MEMORY:-\d+g\}", COMPOSE["services"]["page"]["mem_limit"])
    assert COMPOSE["services"]["proxy"]["ports"] == ["80:80", "443:443"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The content of each file in the wheel and in the source distribution, by its name."""
    folder = tmp_path_factory.mktemp("built")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", folder], cwd=ROOT, check=True, capture_output=True
    )
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as whole:
        in_wheel = {name: whole.read(name) for name in whole.namelist()}
    with tarfile.open(source) as tar:
        in_source = {
            one.name.partition("/")[2]: found.read() for one in tar if (found := tar.extractfile(one)) is not None
        }
    return {"wheel": in_wheel, "sdist": in_source}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_package_holds_mnist_and_all_other_files_of_mlp(built: dict[str, dict[str, bytes]], kind: str):
    files = [path for path in (ROOT / "mlp").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len([path for path in files if path.parent.name == "mnist" and path.suffix == ".gz"]) == 4
    assert len([path for path in files if path.parent.name == "handwriting" and path.suffix == ".gz"]) == 2
    assert [path for path in files if built[kind].get(path.relative_to(ROOT).as_posix()) != path.read_bytes()] == []


def test_wheel_holds_the_page_its_models_and_its_command(built: dict[str, dict[str, bytes]]):
    wheel = built["wheel"]
    models = [f"models/{one.name}" for one in MODELS.iterdir() if one.is_file()]
    for name in ("app.py", "LICENSE", ".streamlit/config.toml", *models):
        assert wheel[f"mlp/shipped/{name}"] == (ROOT / name).read_bytes()
    (entries,) = (content.decode() for name, content in wheel.items() if name.endswith("/entry_points.txt"))
    assert entries.split() == ["[console_scripts]", "inkling", "=", "mlp.__main__:inkling"]
    assert {re.sub(r"-[\d.]+\.", ".", name.partition("/")[0]) for name in wheel} == {"mlp", "inkling.dist-info"}
    assert [name for name in wheel if "making" in name] == []


@pytest.mark.parametrize(
    ("kind", "metadata"), [("wheel", r"inkling-[\d.]+\.dist-info/METADATA"), ("sdist", "PKG-INFO")]
)
def test_metadata_name_both_licenses(built: dict[str, dict[str, bytes]], kind: str, metadata: str):
    (found,) = (content.decode() for name, content in built[kind].items() if re.fullmatch(metadata, name))
    lines = found.splitlines()
    assert "License-Expression: MIT AND CC-BY-SA-3.0 AND OFL-1.1" in lines
    assert {"License-File: LICENSE", "License-File: mlp/images/mnist/LICENSE"} <= {*lines}
