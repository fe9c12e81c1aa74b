"""Small tables as HTML: with headers for screen readers, a tab stop if they scroll, and a marked row.

Streamlit's ``st.table`` marks no row, breaks "21.00%" into two lines on a phone and misaligns headers;
``st.dataframe`` is a canvas, with no bold text.
"""

from collections.abc import Sequence


def html_table(
    label: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, marked: int | None = None, numbers: bool = False
) -> str:
    """Return a table as HTML; all texts are short HTML; text from elsewhere must be escaped.

    ``label`` is its name for screen readers. The first cell of a row is its header, and ``marked`` the row to
    highlight; ``numbers`` are aligned right.

    Examples
    --------
    >>> html_table("Runs", ["Run"], [["1"], ["2"]], marked=1).partition("<tbody>")[2]
    '<tr><th scope="row">1</th></tr><tr class="marked"><th scope="row">2</th></tr></tbody></table></div>'
    """
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    mark = ' class="marked"'
    body = "".join(
        f'<tr{mark if number == marked else ""}><th scope="row">{first}</th>'
        + "".join(f"<td>{cell}</td>" for cell in others)
        + "</tr>"
        for number, (first, *others) in enumerate(rows)
    )
    kind = "ink-numbers" if numbers else "ink-table"
    return (
        f'<div class="{kind}" tabindex="0" role="region" aria-label="{label}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
