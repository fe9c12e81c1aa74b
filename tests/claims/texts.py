"""All texts with claims, by key: lessons, questions of the lab, glossary, help of settings, remarks on scores."""

import numpy as np

from mlp.analysis.classroom.class_table import READS
from mlp.analysis.diagnosis import diagnoses
from mlp.jobs.origin import remark_on_score
from mlp.page.style.glossary import WORDS
from mlp.page.tabs.classroom.after.changed import CHANCE, NONE, TOO_FEW
from mlp.page.tabs.classroom.break_it import CONTROL, TAUGHT
from mlp.page.tabs.classroom.guesses import UNSURE
from mlp.page.tabs.classroom.table import APART
from mlp.page.tabs.data.data_section import QUESTIONS as DATA_QUESTIONS
from mlp.page.tabs.drawings.answers import COST
from mlp.page.tabs.inside.inside_section import TOOLS
from mlp.page.tabs.lab.lab_section import EXPERIMENTS
from mlp.page.tabs.lessons.lessons import LESSONS
from mlp.page.tabs.lessons.plan import PLANS
from mlp.page.train.accuracy import large_number
from mlp.page.train.run_words import loss_summary, measured_on
from mlp.training.data.drawing_data import drawing_data
from mlp.training.history import Evaluation, History
from mlp.training.recipes import RECIPES
from mlp.training.settings import SETTINGS, Settings
from tests.images.drawings.sample_drawings import letters
from tests.jobs.sample_snapshot import snapshot_of


def on_silent_neurons() -> str:
    """Return what a run's note says if half of a layer's neurons are silent."""
    history = History(100)
    history.add_steps(np.full(100, 1.0), np.full(100, 0.6))
    history.evaluations = [Evaluation(100, 1.0, 1.0, 0.6, training_loss=1.0, training_accuracy=0.6)]
    (found,) = diagnoses(snapshot_of(Settings(), history), dead=(0.5, 0.0))
    return found.text


def texts() -> dict[str, str]:
    """Return each text: ``lesson/overfitting``, ``lab/map 2``, ``glossary/loss``, ``help/dropout``."""
    found = {}
    for name, lesson in LESSONS.items():
        found[f"lesson/{name}"] = " ".join(
            (lesson.expect, lesson.look_for, lesson.question, lesson.answer, lesson.teaching)
        )
    asked_in = {name: experiment.questions for name, experiment in (TOOLS | EXPERIMENTS).items()}
    for name, asked in {**asked_in, "data": DATA_QUESTIONS}.items():
        found.update({f"lab/{name} {number}": f"{ask} {answer}" for number, (ask, answer) in enumerate(asked, start=1)})
    found |= {"table": f"{READS} {APART}", "number": large_number(None, None), "loss": loss_summary(None)}
    found |= {"round": TAUGHT + CONTROL, "guesses": UNSURE, "changed": f"{NONE} {TOO_FEW} {CHANCE}"}
    found |= {"note/dead": on_silent_neurons(), "recipe/too-fast": RECIPES["too-fast"].explained}
    found["lesson's cost"] = COST
    found.update(
        {f"plan/{name}, {stage.task.name}": stage.usual for name, plan in PLANS.items() for stage in plan.stages}
    )
    found["remark/warps"] = measured_on(drawing_data(letters(3)), None)
    found.update({f"glossary/{word}": sentence for word, sentence in WORDS.items()})
    for setting in SETTINGS:
        explained = dict.fromkeys(one.explained for one in (setting, *setting.controls))
        found[f"help/{setting.field}"] = " ".join([*explained, setting.more_help])
    for root in ("pretrained", "article", "uploaded"):
        found.update({f"remark/{root} {split}": remark_on_score(root, split) for split in ("validation", "test")})
    return found
