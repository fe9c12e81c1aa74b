"""What a press opens comes into view: a callback names it, and the browser hears of it with the page's address."""

from mlp.page.session_var import SessionVar

_revealed = SessionVar[tuple[str, int]]("revealed", ("", 0))
"""The key of the container that came into view last, and how many have."""


def reveal(key: str) -> None:
    """Bring the container with this key into view, unless it is; for callbacks that redraw the page or a view."""
    _revealed.set((key, revealed()[1] + 1))


def revealed() -> tuple[str, int]:
    """Return the key of the container that came into view last, and a number that changes each time."""
    return _revealed.get()
