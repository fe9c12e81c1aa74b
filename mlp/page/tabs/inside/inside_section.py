"""The section "Look inside": the network at work with tools, its first layer, pixels that spoke; each a view."""

from mlp.images.mnist import Dataset
from mlp.language import mark
from mlp.page import state
from mlp.page.draw.networks import answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.tabs.inside import damage, evidence, first_layer, network_picture, rewind
from mlp.page.tabs.lab.experiment import Experiment, section_of_experiments
from mlp.page.tabs.places import Views
from mlp.page.visitors.visitor import Visitor


def _picture(visitor: Visitor, data: Dataset) -> None:
    network_picture.draw(answering(visitor), subject(data))


TOOLS = {
    "look": Experiment(mark("Look"), "", _picture, lambda _visitor, data: subject_choice(data)),
    "damage": Experiment(mark("Damage"), damage.IDEA, damage.view, damage.choices, damage.QUESTIONS),
    "rewind": Experiment(mark("Rewind"), rewind.IDEA, rewind.view, rewind.choices, rewind.QUESTIONS, True),
    "weights": Experiment(mark("First layer"), "", first_layer.view, first_layer.choices, takes_any_network=True),
    "pixels": Experiment(mark("Pixels"), "", evidence.view, evidence.choices),
}
TOOL_VIEWS = Views("lab", mark("Look inside"), {name: tool.title for name, tool in TOOLS.items()}, state.network_tool)
"""Links name them like experiments of the lab."""
INSIDE = section_of_experiments(mark("Look inside"), mark("Look inside"), TOOLS, TOOL_VIEWS)
