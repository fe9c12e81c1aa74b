"""Style sheet of the tab "Look inside", which is on the page only while the tab is open."""

import streamlit as st

_CSS = """
.ink-for { color: var(--accent); font-weight: 600; }
.ink-against { color: var(--second); font-weight: 600; }
.ink-piece { display: block; background: var(--sheet) 0 0 / var(--sheet-size) no-repeat; image-rendering: pixelated;
  border-radius: 4px; box-shadow: 0 0 0 1px var(--line); }
.ink-legend { display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; margin-top: 0.5rem; font-size: 0.82rem;
  line-height: 1.35; color: var(--quiet); }
.ink-legend > div { display: flex; align-items: center; gap: 0.45rem; }
.ink-legend i { flex: none; width: 1.6rem; }
.ink-legend .tile { width: 0.95rem; height: 0.95rem; border-radius: 3px; box-shadow: 0 0 0 1px var(--line);
  background: linear-gradient(135deg, var(--accent) 35%, var(--paper) 35% 65%, var(--second) 65%); }
.ink-legend .lamp { width: 0.4rem; height: 0.95rem; border-radius: 3px; background: linear-gradient(#fff, #000);
  box-shadow: 0 0 0 1px var(--line); }
.ink-legend .up { border-top: 2.5px solid var(--accent); }
.ink-legend .down { border-top: 2.5px dashed var(--second); }
.ink-layers { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; align-items: flex-start; }
.ink-layers figure { margin: 0; }
.ink-layers img { image-rendering: pixelated; border-radius: 4px; box-shadow: 0 0 0 1px var(--line); display: block; }
.ink-layers figcaption { font-size: 0.8rem; color: var(--quiet); margin-top: 0.3rem; }
.ink-mosaic { display: grid; grid-template-columns: repeat(auto-fill, minmax(3.1rem, 1fr)); gap: 0.3rem; }
.ink-mosaic .ink-piece { aspect-ratio: 1; }
.ink-evidence { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9rem, 45%), 1fr)); gap: 1.25rem;
  max-width: 48rem; }
.ink-evidence figure { margin: 0; }
.ink-evidence img { image-rendering: pixelated; width: 100%; aspect-ratio: 1; border-radius: 6px; display: block;
  box-shadow: 0 0 0 1px var(--line); }
.ink-evidence figcaption { font-size: 0.875rem; line-height: 1.4; margin-top: 0.45rem; color: var(--quiet); }
.ink-evidence figcaption b { color: var(--ink); display: block; }
.ink-spreads { display: grid; gap: 1.1rem; }
.ink-spreads h3 { font-size: 0.95rem; font-weight: 650; padding: 0; margin: 0 0 0.35rem; }
.ink-spreads h3 small { color: var(--quiet); font-weight: 400; }
.ink-spreads .row { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0.3rem 1.25rem; }
.ink-spreads figure { margin: 0; }
.ink-spreads img { width: 100%; height: 3.6rem; display: block; border-bottom: 1px solid var(--quiet); }
.ink-spreads .ends { display: flex; justify-content: space-between; font-size: 0.7rem; color: var(--quiet); }
.ink-spreads figcaption { font-size: 0.8rem; line-height: 1.3; }
.ink-spreads figcaption small { color: var(--quiet); font-size: 0.75rem; }
.ink-pace { display: grid; grid-template-columns: minmax(6rem, 14rem) 1fr; gap: 0.15rem 0.9rem; align-items: center;
  font-size: 0.85rem; margin-top: 0.5rem; }
.ink-pace i { position: relative; height: 0.5rem; border-radius: 4px; background: linear-gradient(to right,
  color-mix(in srgb, var(--quiet) 18%, transparent) var(--low),
  color-mix(in srgb, var(--quiet) 45%, transparent) var(--low) var(--high),
  color-mix(in srgb, var(--quiet) 18%, transparent) var(--high)); }
.ink-pace i::after { content: ""; position: absolute; top: -0.2rem; bottom: -0.2rem; width: 4px; border-radius: 2px;
  left: calc(var(--at) - 2px); background: var(--accent); }
.ink-scale { display: flex; align-items: center; gap: 0.6rem; font-size: 0.8rem; color: var(--quiet); max-width: 30rem;
  margin-top: 1rem; }
.ink-scale i { flex: 1; height: 0.55rem; border-radius: 4px; box-shadow: 0 0 0 1px var(--line);
  background: linear-gradient(to right, var(--second), var(--paper), var(--accent)); }
"""


def apply() -> None:
    """Put the CSS on the page."""
    st.html(f"<style>{_CSS}</style>")
