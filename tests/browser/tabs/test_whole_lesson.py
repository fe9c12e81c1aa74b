"""A lesson from beginning to end: three pupils, a fourth at the first one’s computer, and a server that restarts."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from mlp.page.tabs.lessons.lessons import LESSONS
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.browser.server import free_port, serve
from tests.browser.sight import TRAINED_MS, come_back, part, put_away
from tests.sample_digits import sample

LINK = "?lesson=width-and-depth&hide=answers&speed=Full"
EXPERIMENTS = LESSONS["width-and-depth"].experiments
SHARE = re.compile(r"^\d+\.\d%$")


def row(page: Page, name: str) -> Locator:
    return part(page, "lessons").get_by_role("row", name=re.compile(f"^{re.escape(name)} "))


def results(page: Page, name: str) -> list[str]:
    """Return an experiment's training and validation accuracy, once it is done."""
    expect(row(page, name)).to_contain_text("5 of 5", timeout=TRAINED_MS)
    cells = row(page, name).get_by_role("cell")
    expect(cells.last).to_have_text(SHARE)
    return cells.all_inner_texts()[-2:]


def computed(settings: Settings) -> str:
    """Return the validation accuracy of an experiment, computed in this process."""
    run, data = Run(settings), sample()
    for _ in steps(run, data.train.images, data.train.labels):
        pass
    return f"{(run.network.predict(data.validation.images) == data.validation.labels).mean():.1%}"


def write_answer(page: Page, text: str) -> None:
    field = part(page, "lessons").get_by_role("textbox", name="Your answer")
    field.fill(text)
    field.blur()


def sheet_of(page: Page, path: Path) -> str:
    with page.expect_download() as download:
        part(page, "sheet_out").get_by_role("link").click()
    download.value.save_as(path)
    return path.read_text(encoding="utf-8")


def test_whole_lesson_keeps_the_results_of_each_pupil_apart(new_browser: Callable[..., Page], tmp_path: Path):
    small, wide, _, deep = (experiment.label for experiment in EXPERIMENTS)
    ada, bo, cem = new_browser(), new_browser(), new_browser()
    env, port = {"MLP_CHECKPOINTS": str(tmp_path / "kept")}, free_port()
    with serve(tmp_path / "first.log", env, port) as server:
        for page in (ada, bo, cem):
            page.goto(f"{server.url}/{LINK}")
            expect(part(page, "lessons").get_by_text("A question.")).to_be_visible()
            expect(part(page, "lessons").get_by_text("An answer", exact=True)).to_have_count(0)
        part(ada, "lessons").get_by_role("button", name="Run all").click()
        part(bo, "lessons").get_by_role("button", name=small).click()
        part(cem, "lessons").get_by_role("button", name=wide).click()
        of_ada = {name: results(ada, name) for name in (small, wide, deep)}
        of_bo, of_cem = results(bo, small), results(cem, wide)
        # The same experiment has the same results for all pupils, equal to those computed here.
        assert of_bo == of_ada[small]
        assert of_cem == of_ada[wide]
        assert of_bo[1] == computed(EXPERIMENTS[0].settings)
        write_answer(ada, "In the first layer: a weight for every pixel.")
        part(ada, "sheet_nickname").get_by_role("textbox").fill("Ada")
        part(ada, "sheet_nickname").get_by_role("textbox").blur()

        # Opening another lesson loses nothing.
        part(ada, "lessons").get_by_role("radio", name="Learning rate").click()
        part(ada, "lessons").get_by_role("button", name="Medium steps").click()
        results(ada, "Medium steps: 0.1")
        part(ada, "lessons").get_by_role("radio", name="Width and depth").click()
        assert {name: results(ada, name) for name in of_ada} == of_ada

        code = put_away(ada)
        expect(row(ada, small)).to_contain_text("0 of 5")
        dan = ada  # the same browser, another pupil
        expect(part(dan, "lessons").get_by_role("textbox", name="Your answer")).to_have_value("")
        part(dan, "lessons").get_by_role("button", name=small).click()
        assert results(dan, small) == of_bo
        write_answer(dan, "I do not know.")
        expect(part(dan, "lessons").get_by_text("An answer", exact=True)).to_have_count(
            0
        )  # hidden by the teacher's link

    with serve(tmp_path / "second.log", env, port) as server:
        bo.goto(f"{server.url}/{LINK}")
        cem.reload()
        assert (results(bo, small), results(cem, wide)) == (of_bo, of_cem)
        dan.reload()
        expect(part(dan, "lessons").get_by_role("textbox", name="Your answer")).to_have_value("I do not know.")
        come_back(dan, code)
        expect(part(ada, "lessons").get_by_role("textbox", name="Your answer")).to_have_value(re.compile("first layer"))
        assert {name: results(ada, name) for name in of_ada} == of_ada
        sheet = sheet_of(ada, tmp_path / "sheet.html")
        for shares in of_ada.values():
            assert "".join(f"<td>{share}</td>" for share in shares) in sheet
        assert "Ada, " in sheet
        assert "In the first layer: a weight for every pixel." in sheet
        assert "I do not know." not in sheet
