"""``python -m mlp site``: a folder that is written whole or not at all, and never over what is somebody's."""

import re
from pathlib import Path

import pytest

from mlp.analysis.take_home import site
from mlp.cli.main import main
from mlp.language import LANGUAGES

PAGES = ["index.html", "de.html", "es.html", "fr.html"]


def test_site_is_four_pages_and_their_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["site", "--out", str(tmp_path / "site")]) == 0
    written = {file.name: file.read_text() for file in (tmp_path / "site").iterdir()}
    assert sorted(written) == sorted([*PAGES, "digits.js"])
    assert capsys.readouterr().out.splitlines()[0] == f"digits.js {len(written['digits.js'])}"
    assert len(written["digits.js"]) <= 800_000
    for name, language in zip(PAGES, LANGUAGES, strict=True):
        page = written[name]
        assert len(page.encode()) <= 400_000
        assert f'<html lang="{language}"' in page
        assert re.findall(r'hreflang="(\w+)"', page) == list(LANGUAGES)
        assert "unsafe" not in page
        assert "http" not in page.replace("http-equiv", "")


def test_address_is_in_what_a_link_shows(tmp_path: Path):
    for _ in range(2):  # the second time over its own files
        assert main(["site", "--out", str(tmp_path), "--address", "https://example.org/a&b"]) == 0
    page = (tmp_path / "de.html").read_text()
    assert '<link rel="canonical" href="https://example.org/a&amp;b/de.html">' in page
    assert '<meta property="og:image" content="https://example.org/a&amp;b/preview.png">' in page
    assert (tmp_path / "preview.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("address", ["example.org", "ftp://example.org/", "https://", "https://example.org/?a", '"'])
def test_other_addresses_are_refused(tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]):
    assert main(["site", "--out", str(tmp_path / "site"), "--address", address]) == 2
    assert f"the address must be that of a folder, such as https://example.org/site, got {address!r}" in (
        capsys.readouterr().err
    )
    assert not (tmp_path / "site").exists()


def test_files_of_others_are_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "CNAME").write_text("example.org")
    (tmp_path / "fr.html").write_text("<p>Bonjour")
    assert main(["site", "--out", str(tmp_path)]) == 2
    assert "fr.html is not from a site of Inkling, and is not written over" in capsys.readouterr().err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["CNAME", "fr.html"]
    assert main(["site", "--out", str(tmp_path / "fr.html")]) == 2
    assert main(["site", "--out", str(tmp_path / "no" / "site")]) == 2


def test_full_disk_leaves_the_earlier_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    site.write_site(tmp_path, {"index.html": site.OWN[0] + b"1", "digits.js": site.OWN[1] + b"1"})
    write = site.write_synced

    def fill_up(path: Path, data: bytes) -> None:
        if "digits" in path.name:
            raise OSError(28, "No space left on device")
        write(path, data)

    monkeypatch.setattr(site, "write_synced", fill_up)
    with pytest.raises(OSError, match="No space"):
        site.write_site(tmp_path, {"index.html": site.OWN[0] + b"2", "digits.js": site.OWN[1] + b"2"})
    assert {file.name: file.read_bytes()[-1:] for file in tmp_path.iterdir()} == {"index.html": b"1", "digits.js": b"1"}
