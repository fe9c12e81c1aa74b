"""Questions whose answers open at a press."""

from collections.abc import Sequence


def questions_html(asked: Sequence[tuple[str, str]], *, with_answers: bool) -> str:
    """Return questions as HTML, each with its answer to open, or without answers."""
    if with_answers:
        parts = "".join(f"<details><summary>{ask}</summary><p>{text}</p></details>" for ask, text in asked)
    else:
        parts = "".join(f"<p>{ask}</p>" for ask, _ in asked)
    return f'<div class="ink-questions">{parts}</div>'
