"""The section "Lab": experiments on the network that answers."""

from mlp.page.session_var import ControlVar
from mlp.page.tabs.lab import fool, valley, wish
from mlp.page.tabs.lab import map as digit_map
from mlp.page.tabs.lab.room import Room, section_of_rooms
from mlp.page.tabs.places import Rooms

ROOMS = {
    "fool": Room("Fool it", fool.IDEA, fool.view, fool.choices),
    "map": Room("Map", digit_map.IDEA, digit_map.view),
    "wish": Room("What it would like to see", wish.IDEA, wish.view, wish.choices),
    "valley": Room("Valley", valley.IDEA, valley.view, valley.choices, takes_any_network=True),
}
LAB_ROOMS = Rooms("lab", "Lab", {name: room.title for name, room in ROOMS.items()}, ControlVar("lab_choice", ""))
LAB = section_of_rooms("Lab", "Experiment", ROOMS, LAB_ROOMS)
