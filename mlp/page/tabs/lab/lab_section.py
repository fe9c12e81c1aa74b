"""The section "Lab": experiments on the network that answers."""

from mlp.language import mark
from mlp.page.session_var import ControlVar
from mlp.page.tabs.lab import fool, valley, wish
from mlp.page.tabs.lab import map as digit_map
from mlp.page.tabs.lab.experiment import Experiment, section_of_experiments
from mlp.page.tabs.places import Views

EXPERIMENTS = {
    "fool": Experiment(mark("Fool it"), fool.IDEA, fool.view, fool.choices, fool.QUESTIONS),
    "map": Experiment(mark("Map"), digit_map.IDEA, digit_map.view, questions=digit_map.QUESTIONS),
    "wish": Experiment(mark("What it would like to see"), wish.IDEA, wish.view, wish.choices, wish.QUESTIONS),
    "valley": Experiment(mark("Valley"), valley.IDEA, valley.view, valley.choices, valley.QUESTIONS, True),
}
LAB_VIEWS = Views(
    "lab",
    mark("Lab"),
    {name: experiment.title for name, experiment in EXPERIMENTS.items()},
    ControlVar("lab_choice", ""),
)
LAB = section_of_experiments(mark("Lab"), mark("Experiment"), EXPERIMENTS, LAB_VIEWS)
