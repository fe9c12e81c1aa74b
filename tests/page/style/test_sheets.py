"""The style sheets: their cost for a browser when a part of the page changes."""

import re

from mlp.page.style import theme

NESTED = re.compile(r"\([^()]*\)")


def selectors_with_has() -> list[str]:
    """Return each selector with a ``:has()``, without its parentheses."""
    found = []
    for name in (*theme.SHEETS, "outline.css"):
        sheet = re.sub(r"/\*.*?\*/", "", (theme.HERE / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        for listed in re.findall(r"[^{};]*:has\([^{};]*(?=\{)", sheet):
            while NESTED.search(listed):
                listed = NESTED.sub("", listed)
            found += [selector.strip() for selector in listed.split(",") if ":has" in selector]
    return found


def test_has_rules_name_their_kind_of_element():
    selectors = selectors_with_has()
    assert len(selectors) > 20
    unnamed = [selector for selector in selectors if re.match(r"[:*](?!is\b)", re.split(r"[\s>~+]+", selector)[-1])]
    assert unnamed == [], "a browser would restyle the whole page at each change of a part"
