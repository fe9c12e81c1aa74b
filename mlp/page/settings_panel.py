"""The settings of the next run, in the sidebar and in the URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st

from mlp.page.controls import POSITIONS, WIDTHS, written
from mlp.training.settings import N_CLASSES, N_INPUTS, Settings, count_parameters

DEFAULTS = Settings()
NAMES = {
    "hidden": "hidden layers",
    "activation": "activation",
    "initialization": "initialisation",
    "optimizer": "optimizer",
    "learning_rate": "learning rate",
    "schedule": "schedule",
    "momentum": "momentum",
    "weight_decay": "weight decay",
    "batch_size": "batch size",
    "epochs": "epochs",
    "seed": "seed",
    "warp": "warps",
    "images": "training images",
}
"""What the fields of `Settings` are called on the page."""


@contextmanager
def _control(name: str, explained: str) -> Iterator[None]:
    """Lay out one control and the plain words below it, in a container that can be hidden as a whole."""
    with st.container(key=f"control_{name}"):
        yield
        st.caption(explained)


def _slider(label: str, key: str, default: float) -> float:
    """Draw a slider from its lowest to its highest position."""
    low, second, high = POSITIONS[key][0], POSITIONS[key][1], POSITIONS[key][-1]
    return st.slider(label, low, high, default, step=second - low, key=key, bind="query-params")


def _stops(label: str, key: str, default: object) -> None:
    """Draw a slider whose positions are not evenly spaced."""
    st.select_slider(label, POSITIONS[key], default, key=key, bind="query-params", format_func=written)


def _choice(label: str, key: str) -> None:
    """Draw a choice of names; the first is there at first."""
    st.selectbox(label, POSITIONS[key], key=key, bind="query-params")


@st.fragment(key="settings")
def settings_panel() -> None:
    """Draw the controls; each is explained, and none touches a run that has begun."""
    st.subheader("Network", anchor=False)
    with _control("hidden_layers", "More layers can build more complicated ideas, and are harder to train."):
        n_hidden = int(_slider("Hidden layers", "hidden_layers", len(DEFAULTS.hidden)))
    with _control("width", "Neurons in a layer: how many things it can look for at once."):
        for number in range(1, n_hidden + 1):
            _slider(f"Width of layer {number}", f"width_{number}", WIDTHS[number - 1])
    sizes = [N_INPUTS, *(st.session_state[f"width_{number}"] for number in range(1, n_hidden + 1)), N_CLASSES]
    st.caption(f"{' → '.join(str(int(size)) for size in sizes)}: **{count_parameters(sizes):,}** numbers to learn.")

    st.subheader("Training", anchor=False)
    with _control("learning_rate", "How far each step goes downhill. Too far, and it jumps over the valley."):
        _stops("Learning rate", "learning_rate", DEFAULTS.learning_rate)
    with _control("epochs", "How often it sees every image."):
        _slider("Epochs", "epochs", DEFAULTS.epochs)
    with _control("batch_size", "How many images it looks at before each step."):
        _slider("Batch size", "batch_size", DEFAULTS.batch_size)
    with st.container(key="more_settings"), st.expander("More settings"):
        _more_settings()


def _more_settings() -> None:
    with _control(
        "optimizer", "SGD walks straight down the slope. Adam gives every weight its own pace; try it with 0.001."
    ):
        _choice("Optimizer", "optimizer")
    with _control(
        "schedule", "Constant, or falling along a cosine: large steps first, ever smaller ones towards the end."
    ):
        _choice("Learning rate over time", "schedule")
    with _control("momentum", "How much of the last step’s swing is kept, as of a rolling ball. Only SGD uses it."):
        _slider("Momentum", "momentum", DEFAULTS.momentum)
    with _control("weight_decay", "A steady pull of all weights towards zero, against learning by heart."):
        _stops("Weight decay", "weight_decay", DEFAULTS.weight_decay)
    with _control("activation", "What a neuron does with its sum. Without it, many layers would be no more than one."):
        _choice("Activation", "activation")
    with _control(
        "initialization",
        "How the random weights are drawn at the start. He’s are larger, made for ReLU. With Gabor every neuron of the "
        "first layer begins with a few stripes in one place, and reads sooner.",
    ):
        _choice("Initialisation", "initialization")
    with _control("seed", "Chance begins here: the same seed gives the same run, to the last bit."):
        asked = st.query_params.get("seed", "0")
        is_number = asked.isdecimal() and len(asked) <= 20  # Streamlit raises at one that is too large even for a float
        bind: Literal["query-params"] | None = "query-params" if is_number else None
        st.number_input("Seed", 0, POSITIONS["seed"][-1], DEFAULTS.seed, step=1, key="seed", bind=bind)
    with _control("images", "Fewer are sooner learned by heart: watch the two accuracies part."):
        _stops("Training images", "images", "all")
    with _control(
        "warp",
        "Each time it sees an image, a little turned, slanted, bent, and with another pen: slower to learn, and better "
        "on drawings.",
    ):
        st.toggle("Warp the training images", key="warp", bind="query-params")


def chosen_settings() -> Settings:
    """Read the settings off the controls.

    Raises
    ------
    ValueError
        If a value breaks its rule, which the controls do not let through, but a URL might.
    """
    state = st.session_state
    n_hidden = state.get("hidden_layers", len(DEFAULTS.hidden))
    images = state.get("images", "all")
    return Settings(
        hidden=tuple(state.get(f"width_{n}", WIDTHS[n - 1]) for n in range(1, n_hidden + 1)),
        images=None if images == "all" else int(images),
        warp=float(state.get("warp", False)),
        **{
            name: state.get(name, getattr(DEFAULTS, name))
            for name in (
                "learning_rate",
                "epochs",
                "batch_size",
                "optimizer",
                "schedule",
                "momentum",
                "weight_decay",
                "activation",
                "initialization",
                "seed",
            )
        },
    )


def set_controls(settings: Settings) -> list[str]:
    """Bring the controls to these settings, for callbacks; give the names of the fields that have no such position."""
    positions = settings.as_dict()
    del positions["hidden"]
    positions["warp"] = settings.warp > 0
    positions["images"] = "all" if settings.images is None else str(settings.images)
    positions["hidden_layers"] = len(settings.hidden)
    positions.update({f"width_{number}": width for number, width in enumerate(settings.hidden, start=1)})
    left_out: dict[str, None] = {}  # in their order, each once
    for key, value in positions.items():
        if value in POSITIONS.get(key, ()):
            st.session_state[key] = value
        else:
            left_out["hidden" if key.startswith(("hidden", "width")) else key] = None
    return list(left_out)
