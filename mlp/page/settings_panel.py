"""The settings of the next run, in the sidebar and in the URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st

from mlp.training.schedule import SCHEDULES
from mlp.training.settings import N_CLASSES, N_INPUTS, Settings, count_parameters

DEFAULTS = Settings()
WIDTHS = (100, 200, 100, 50)  # the article's two; the others wait until they are asked for
LEARNING_RATES = [round(digit * 10.0**power, 6) for power in range(-4, 0) for digit in (1, 1.5, 2, 3, 5, 7)] + [1.0]
WEIGHT_DECAYS = [0.0, 1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
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
IMAGES = ["100", "300", "1000", "3000", "10000", "30000", "all"]


@contextmanager
def _control(name: str, explained: str) -> Iterator[None]:
    """Lay out one control and the plain words below it, in a container that can be hidden as a whole."""
    with st.container(key=f"control_{name}"):
        yield
        st.caption(explained)


@st.fragment(key="settings")
def settings_panel() -> None:
    """Draw the controls; each is explained, and none touches a run that has begun."""
    st.subheader("Network", anchor=False)
    with _control("hidden_layers", "More layers can build more complicated ideas, and are harder to train."):
        n_hidden = st.slider("Hidden layers", 1, 4, len(DEFAULTS.hidden), key="hidden_layers", bind="query-params")
    with _control("width", "Neurons in a layer: how many things it can look for at once."):
        for number in range(1, n_hidden + 1):
            st.slider(
                f"Width of layer {number}", 8, 512, WIDTHS[number - 1], key=f"width_{number}", bind="query-params"
            )
    sizes = [N_INPUTS, *(st.session_state[f"width_{number}"] for number in range(1, n_hidden + 1)), N_CLASSES]
    st.caption(f"{' → '.join(map(str, sizes))}: **{count_parameters(sizes):,}** numbers to learn.")

    st.subheader("Training", anchor=False)
    with _control("learning_rate", "How far each step goes downhill. Too far, and it jumps over the valley."):
        st.select_slider(
            "Learning rate",
            LEARNING_RATES,
            DEFAULTS.learning_rate,
            key="learning_rate",
            bind="query-params",
            format_func=lambda rate: f"{rate:g}",
        )
    with _control("epochs", "How often it sees every image."):
        st.slider("Epochs", 1, 100, DEFAULTS.epochs, key="epochs", bind="query-params")
    with _control("batch_size", "How many images it looks at before each step."):
        st.slider("Batch size", 8, 512, DEFAULTS.batch_size, step=8, key="batch_size", bind="query-params")
    with st.container(key="more_settings"), st.expander("More settings"):
        _more_settings()


def _more_settings() -> None:
    with _control(
        "optimizer", "SGD walks straight down the slope. Adam gives every weight its own pace; try it with 0.001."
    ):
        st.selectbox("Optimizer", ["sgd", "adam"], key="optimizer", bind="query-params")
    with _control(
        "schedule", "Constant, or falling along a cosine: large steps first, ever smaller ones towards the end."
    ):
        st.selectbox("Learning rate over time", SCHEDULES, key="schedule", bind="query-params")
    with _control("momentum", "How much of the last step’s swing is kept, as of a rolling ball. Only SGD uses it."):
        st.slider("Momentum", 0.0, 0.99, DEFAULTS.momentum, step=0.01, key="momentum", bind="query-params")
    with _control("weight_decay", "A steady pull of all weights towards zero, against learning by heart."):
        st.select_slider(
            "Weight decay",
            WEIGHT_DECAYS,
            DEFAULTS.weight_decay,
            key="weight_decay",
            bind="query-params",
            format_func=lambda decay: f"{decay:g}",
        )
    with _control("activation", "What a neuron does with its sum. Without it, many layers would be no more than one."):
        st.selectbox("Activation", ["relu", "tanh", "sigmoid"], key="activation", bind="query-params")
    with _control("initialization", "How large the random weights are at the start. He’s are larger, made for ReLU."):
        st.selectbox("Initialisation", ["xavier", "he"], key="initialization", bind="query-params")
    with _control("seed", "Chance begins here: the same seed gives the same run, to the last bit."):
        asked = st.query_params.get("seed", "0")
        is_number = asked.isdecimal() and len(asked) <= 20  # Streamlit raises at one that is too large even for a float
        bind: Literal["query-params"] | None = "query-params" if is_number else None
        st.number_input("Seed", 0, 2**32 - 1, DEFAULTS.seed, step=1, key="seed", bind=bind)
    with _control("images", "Fewer are sooner learned by heart: watch the two accuracies part."):
        st.select_slider("Training images", IMAGES, "all", key="images", bind="query-params")
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
    possible = {
        "learning_rate": LEARNING_RATES.__contains__,
        "weight_decay": WEIGHT_DECAYS.__contains__,
        "images": IMAGES.__contains__,
        "epochs": range(1, 101).__contains__,
        "batch_size": range(8, 513, 8).__contains__,
        "hidden_layers": range(1, len(WIDTHS) + 1).__contains__,
        **{f"width_{number}": range(8, 513).__contains__ for number in range(1, len(WIDTHS) + 1)},
    }
    left_out = []
    for key, value in positions.items():
        if possible.get(key, lambda _: True)(value):
            st.session_state[key] = value
        else:
            left_out.append(key)
    return left_out
