"""Statuses for screen readers, which the one region of the live channel announces."""


def announced(name: str, text: str = "", *, shown: bool = True) -> str:
    """Return a status as HTML; whenever its text changes, screen readers announce it.

    Draw it from the start, and without a text while there is nothing to tell: the text that it begins with is not
    announced. Two places may show the same one, by its name. Unless it is ``shown``, it is only heard.

    Examples
    --------
    >>> announced("kept", "Kept as a <b>3</b>"), announced("kept")
    ('<p class="ink-status" data-say="kept">Kept as a <b>3</b></p>', '<p hidden data-say="kept"></p>')
    """
    look = 'class="ink-status"' if text and shown else "hidden"
    return f'<p {look} data-say="{name}">{text}</p>'
