"""Style sheet of the lab, which is on the page only while its tab is open."""

import streamlit as st

_CSS = """
.st-key-lab_card { scroll-margin-top: 4.5rem; }
.lab-row { margin-top: 0.9rem; display: flex; flex-wrap: wrap; gap: 1.25rem 2rem; align-items: flex-start; }
.lab-row > * { flex: 1 1 11.5rem; min-width: 0; }
.lab-row > .lab-wide { flex: 1 1 26rem; } /* three pictures */
.lab-row h3 { font-size: 0.95rem; font-weight: 650; padding: 0; margin: 0 0 0.45rem; }
.lab-row h3 small { color: var(--quiet); font-weight: 400; }
.lab-row .lab-facts { padding: 0; margin: 0; }
.lab-facts { display: grid; gap: 0.55rem; margin: 0; font-variant-numeric: tabular-nums; }
.lab-facts > div { border-bottom: 1px solid var(--line); padding-bottom: 0.5rem; }
.lab-facts dt { color: var(--quiet); font-size: 0.82rem; }
.lab-facts dd { margin: 0; font-size: 1.3rem; font-weight: 650; line-height: 1.3; }
.lab-facts dd small { color: var(--quiet); font-size: 0.85rem; font-weight: 400; }
.lab-pictures { display: grid; grid-template-columns: repeat(auto-fill, min(8rem, (100% - 2rem) / 3)); gap: 1rem; }
.lab-pictures figure { margin: 0; }
.lab-pictures img { width: 100%; aspect-ratio: 1; image-rendering: pixelated; border-radius: 6px; display: block;
  box-shadow: 0 0 0 1px var(--line); }
.lab-pictures figcaption { color: var(--quiet); font-size: 0.82rem; line-height: 1.35; margin-top: 0.35rem; }
.lab-pictures figcaption b { color: var(--ink); }
.lab-river > div { position: relative; }
.lab-river img { display: block; width: 100%; height: 8.5rem; border-radius: 6px; }
.lab-river b { position: absolute; translate: -50% -50%; color: #fff; font-size: 1.15rem;
  text-shadow: 0 0 4px rgb(0 0 0 / 0.7); }
.lab-river i { position: absolute; top: -4px; bottom: -4px; width: 2px; margin-left: -1px; background: var(--ink);
  box-shadow: 0 0 0 1px var(--paper); }
.lab-land { display: block; width: 100%; max-width: 30rem; aspect-ratio: 1; border-radius: 6px;
  box-shadow: 0 0 0 1px var(--line); }
@media (max-width: 640px) { .st-key-lab_meant { flex: 1 1 100% !important; }
  .st-key-lab_meant [data-testid="stButtonGroup"] { width: 100%; }
  .st-key-lab_meant [role="radio"] { flex: 1 1 0; min-width: 0; padding-inline: 0; } }
"""


def apply() -> None:
    """Put the CSS on the page."""
    st.html(f"<style>{_CSS}</style>")
