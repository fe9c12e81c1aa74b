"""Style the page beyond its theme: CSS, the canvas's repair, and small pieces of HTML."""

import html
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

ICON = Path(__file__).parent / "icon.svg"

LIGHT = {
    "accent": "#c2410c",
    "second": "#1f4e9e",
    "text": "#1f1d1a",
    "quiet": "#6f6a62",
    "line": "#e2dfd8",
    "paper": "#faf9f7",
}
DARK = {
    "accent": "#f0834f",
    "second": "#7fa8ea",
    "text": "#ece8e1",
    "quiet": "#a49e95",
    "line": "#3a3631",
    "paper": "#1a1816",
}

_CSS = """
[data-testid="stMainBlockContainer"] { max-width: 72rem; padding-inline: clamp(1rem, 2.5vw, 2.5rem); }
:is(.st-key-draw_card, .st-key-read_card, .st-key-train_card) h3 { padding: 0; }
.st-key-draw_card h3 { padding-bottom: 0.5rem; }
[data-stale="true"] { opacity: 1 !important; transition: none !important; }
[data-testid="stSidebarHeader"] { height: 2.5rem; margin-bottom: 0; }
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] { gap: 0.55rem; }
[data-testid="stSidebarUserContent"] h3 { color: var(--quiet); font-size: 0.8rem; letter-spacing: 0.08em;
  text-transform: uppercase; padding: 0.5rem 0 0.4rem; }
[data-testid="stSidebarUserContent"] [data-testid="stCaptionContainer"] { margin-top: -0.5rem; }
:has(> .st-key-read_card) { flex: 1 1 20rem; min-width: min(20rem, 100%); }
[data-testid="stCaptionContainer"] p { line-height: 1.35; }
.ink-head h1 { padding: 0; margin: 0; }
.ink-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.9rem; margin: 0; }
.ink-head .ink-chips { margin: 0 0 0 auto; align-self: center; }
.ink-head p { color: var(--quiet); margin: 0; flex: 1 1 10rem; line-height: 1.3; }
@media (max-width: 40rem) { .ink-head { row-gap: 0.6rem; } .ink-head .ink-chips { margin: 0; }
  :has(> .st-key-draw_card) { flex: 1 1 100% !important; } .st-key-draw_card { width: 100% !important; } }
.ink-chips { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0 0 0.25rem; }
.ink-chips span { border: 1px solid var(--line); border-radius: 99px; padding: 0.15rem 0.8rem; font-size: 0.875rem; }
.ink-chips b { color: var(--accent); }
.ink-answer { text-align: center; }
.ink-answer .digit { color: var(--accent); font-size: 7rem; font-weight: 750; line-height: 1; margin: 0; }
.ink-answer .none { font-size: 1.25rem; font-weight: 600; margin: 2rem 0 0; }
.ink-answer small { color: var(--quiet); font-size: 0.9rem; }
.ink-bars { display: grid; gap: 0.2rem; font-variant-numeric: tabular-nums; font-size: 0.95rem; line-height: 1.4; }
.ink-bars > div { display: grid; grid-template-columns: 1rem 1fr 3.7rem; gap: 0.7rem; align-items: center; }
.ink-bars b { font-weight: 650; }
.ink-bars i { background: color-mix(in srgb, var(--quiet) 16%, transparent); border-radius: 4px; height: 0.8rem;
  overflow: hidden; }
.ink-bars i::before { content: ""; display: block; height: 100%; width: var(--share); border-radius: 4px;
  background: color-mix(in srgb, var(--accent) 45%, var(--quiet)); transition: width 120ms ease-out; }
.ink-bars span { text-align: right; color: var(--quiet); }
.ink-bars .best :is(b, span) { color: var(--accent); font-weight: 650; }
.ink-bars .best i::before { background: var(--accent); }
.ink-stages { display: flex; align-items: flex-end; justify-content: space-between; max-width: 280px; }
.ink-stages figure { margin: 0; text-align: center; }
.ink-stages img { image-rendering: pixelated; display: block; margin: 0 auto 0.25rem; border-radius: 4px;
  background: #000; }
.ink-stages figcaption { color: var(--quiet); font-size: 0.75rem; line-height: 1.2; }
.ink-stages > span { color: var(--quiet); align-self: center; padding-bottom: 1rem; }
.ink-digits { display: grid; grid-template-columns: repeat(auto-fill, minmax(3.4rem, 1fr)); gap: 0.6rem; }
.ink-digits figure { margin: 0; text-align: center; }
.ink-digits img { image-rendering: pixelated; width: 100%; border-radius: 4px; background: #000; }
.st-key-tab [role="radiogroup"] { border-bottom: 1px solid var(--line); margin: 0; padding: 0; }
.st-key-tab [role="radiogroup"] > [role="radio"] { background: none; border: 0; border-radius: 0; color: var(--quiet);
  flex: none; font-size: 0.95rem; height: 2.5rem; margin: 0; padding: 0 0.8rem; }
.st-key-tab [role="radiogroup"] > [role="radio"]:hover { color: var(--accent); }
.st-key-tab [role="radiogroup"] > [role="radio"]:focus-visible { box-shadow: none; outline: 2px solid var(--accent);
  outline-offset: -2px; }
.st-key-tab [role="radiogroup"] > [aria-checked="true"] { box-shadow: inset 0 -2px var(--accent); color: var(--ink);
  text-shadow: 0 0 0.6px; }
.st-key-sections { min-height: 80vh; }
.st-key-sections > :not(:only-child):has([data-stale="true"]) { display: none; }
.ink-said { max-width: 46rem; margin: 0; }
.st-key-mistakes_pictures { min-height: 80vh; }
.ink-title { font-size: 1rem; font-weight: 650; padding: 0; margin: 0 0 0.6rem; }
.ink-title small { color: var(--quiet); font-weight: 400; }
.ink-digits figcaption { font-size: 0.85rem; font-variant-numeric: tabular-nums; }
.ink-numbers { overflow-x: auto; }
.ink-numbers table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; width: 100%; }
.ink-numbers th, .ink-numbers td { border: 0; border-bottom: 1px solid var(--line); padding: 0.3rem 0.7rem;
  text-align: right; white-space: nowrap; }
.ink-numbers th:first-child { text-align: left; }
.ink-numbers thead th { color: var(--quiet); font-weight: 500; white-space: normal; vertical-align: bottom; }
.st-key-lessons { scroll-margin-top: 7rem; }
.st-key-slow_card { scroll-margin-top: 4.5rem; }
.ink-numbers .marked > * { background: color-mix(in srgb, var(--accent) 12%, transparent); }
.ink-cell { display: grid; grid-template-columns: 1fr 4rem; gap: 0.6rem; align-items: center; min-width: 9rem; }
.ink-cell i { background: color-mix(in srgb, var(--quiet) 16%, transparent); border-radius: 3px; height: 0.7rem; }
.ink-cell i::before { content: ""; display: block; height: 100%; width: var(--share); border-radius: 3px;
  background: var(--accent); }
@media (max-width: 40rem) { .ink-numbers th, .ink-numbers td { padding: 0.3rem 0.35rem; }
  .ink-cell { grid-template-columns: 1fr 3rem; gap: 0.35rem; min-width: 6rem; } }
.ink-forms { display: flex; flex-wrap: wrap; gap: 1.5rem; margin-bottom: 0.75rem; }
.ink-forms figure { margin: 0; }
.ink-forms img { background: #000; border-radius: 6px; display: block; image-rendering: pixelated; width: 9.5rem;
  height: 9.5rem; object-fit: contain; }
.ink-forms figcaption { margin-top: 0.4rem; line-height: 1.35; }
.ink-forms b { color: var(--accent); font-size: 1.25em; }
.ink-way { display: grid; gap: 0.6rem; }
.ink-way figure { margin: 0; }
.ink-way img { background: #000; border-radius: 4px; display: block; image-rendering: pixelated; max-width: 100%; }
.ink-way figcaption { color: var(--quiet); font-size: 0.8rem; }
[data-testid="stLatex"], .katex-display { overflow-x: auto; overflow-y: hidden; }
.ink-status { color: var(--quiet); font-variant-numeric: tabular-nums; margin: 0; }
.ink-status .name { color: var(--ink); font-size: 1.05rem; margin-right: 0.4rem; }
.ink-track { background: color-mix(in srgb, var(--quiet) 18%, transparent); border-radius: 4px; height: 0.5rem;
  overflow: hidden; margin-bottom: 0.5rem; }
.ink-track i { display: block; height: 100%; background: var(--accent); transition: width 200ms linear; }
.ink-picture { max-width: 7rem; max-height: 7rem; border-radius: 0.4rem; float: left; margin-right: 0.8rem; }
.ink-own figcaption .wrong { color: var(--accent); white-space: nowrap; }
.ink-copy { width: 100%; min-height: 2.5rem; border: 1px solid var(--line); border-radius: 0.6rem;
  padding: 0.25rem 0.75rem; background: transparent; color: inherit; font: inherit; font-size: 0.875rem;
  cursor: pointer; }
.ink-copy:hover { border-color: var(--accent); color: var(--accent); }
.ink-copy:focus-visible, .ink-link:focus-visible, .ink-table:focus-visible,
.ink-numbers:focus-visible { outline: 2px solid var(--accent);
  outline-offset: 2px; }
.ink-share .ink-status { font-size: 0.875rem; margin-top: 0.4rem; }
.ink-link { width: 100%; border: 1px solid var(--line); border-radius: 0.4rem; padding: 0.35rem 0.5rem;
  background: transparent; color: inherit; font: inherit; font-size: 0.875rem; }
.ink-link[hidden] { display: none; }
.ink-table { overflow-x: auto; }
.ink-table table { border-collapse: collapse; font-size: 0.95rem; font-variant-numeric: tabular-nums;
  min-width: 100%; }
.ink-table :is(th, td) { border: 0; border-bottom: 1px solid var(--line); padding: 0.4rem 1rem 0.4rem 0;
  text-align: left; font-weight: 400; white-space: nowrap; }
.ink-table thead th { color: var(--quiet); font-size: 0.85rem; }
.ink-table .marked th { color: var(--accent); }
@media (max-width: 640px) { .ink-table :is(th, td) { padding-right: 0.6rem; }
  .ink-table tbody th { white-space: normal; }
  .st-key-train_head { gap: 0.5rem; }
  .st-key-train_head > :first-child { min-width: 100%; }
  .st-key-train_head button { padding-inline: 0.6rem; }
  .st-key-correction [data-testid="stButtonGroup"] > div { max-width: 12rem; } }
@media (prefers-reduced-motion: reduce) { .ink-track i, .ink-bars i::before { transition: none; } }
"""

# The canvas lays an invisible toolbar over its top right corner, where it swallows strokes, and has no name for those
# who cannot see it. It lives in an open shadow root, and can be mended only from within, once for each that appears.
_CANVAS_REPAIR = """
<script>
(() => {
  const css = ".dc-toolbar{top:-2.65rem!important}@media (hover:none){.dc-toolbar{display:none!important}}"
    + ".dc-canvas-box,canvas{border-radius:10px;touch-action:none}";
  const repair = () => document.querySelectorAll(".st-key-canvas *").forEach((element) => {
    const root = element.shadowRoot;
    if (!root) return;
    if (!root.querySelector("style[data-inkling]")) {
      const style = document.createElement("style");
      style.dataset.inkling = "";
      style.textContent = css;
      root.appendChild(style);
      window.inklingRepair.observe(root, { childList: true, subtree: true });
    }
    root.querySelectorAll("canvas.upper-canvas:not([aria-label])").forEach((canvas) => {
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", "Canvas: draw a digit here with a mouse, a pen or a finger");
    });
  });
  if (!window.inklingRepair) {
    window.inklingRepair = new MutationObserver(repair);
    window.inklingRepair.observe(document.body, { childList: true, subtree: true });
    // A component gets its root after its place on the page, and fills it without a change outside.
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (options) {
      const root = attach.call(this, options);
      window.inklingRepair.observe(root, { childList: true, subtree: true });
      return root;
    };
  }
  repair();
})();
</script>
"""


def colours() -> dict[str, str]:
    """Give the colours of the theme that the visitor sees, light unless known to be dark."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def apply() -> None:
    """Put the CSS on the page."""
    st.html(f"<style>:root {{ {_variables(colours())} }}{_CSS}</style>")


def _variables(colours: dict[str, str]) -> str:
    """Give the theme's colours as the CSS variables that the style sheet goes by.

    Examples
    --------
    >>> _variables({"accent": "#c2410c", "text": "#1f1d1a"})
    '--accent: #c2410c; --ink: #1f1d1a;'
    """
    return " ".join(f"--{'ink' if name == 'text' else name}: {value};" for name, value in colours.items())


def repair_canvas() -> None:
    """Move the canvas's toolbar off the canvas; goes last on the page, as it leaves an empty line."""
    st.html(_CANVAS_REPAIR, unsafe_allow_javascript=True)


def image_url(pixels: np.ndarray) -> str:
    """Give grey pixels, (h, w), or coloured ones, (h, w, 3), uint8 or float in 0..1, as a PNG data URL."""
    import base64
    import io

    from PIL import Image

    if pixels.dtype != np.uint8:
        pixels = (np.clip(pixels, 0, 1) * 255).round().astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


_SPECIAL = re.compile(r"[\\`*\[\]<>~$&]|(?<![^\W_])_|_(?![^\W_])|^[#+=-]|(?<=^\d)[.)]")
_ADDRESS = re.compile(r"https?:(?=//)|www(?=\.)|@", re.IGNORECASE)


def plain(text: str) -> str:
    """Escape a text that is not ours for Markdown, so that it is shown as it is, in one line: no links, no pictures.

    Examples
    --------
    >>> print(plain("![7](data:,x) <b> $x$ in my_file"))
    !\\[7\\](data:,x) \\<b\\> \\$x\\$ in my_file
    """
    # Addresses become links even where they are escaped; a word joiner, which nobody sees, keeps them from it.
    return _ADDRESS.sub("\\g<0>\u2060", _SPECIAL.sub(r"\\\g<0>", " ".join(text.split())))


def chips(texts: Sequence[str]) -> str:
    """Give short facts as a row of pills; the texts may hold our own ``<b>``, everything else must be escaped."""
    return f'<div class="ink-chips">{"".join(f"<span>{text}</span>" for text in texts)}</div>'


def heading(title: str, subtitle: str, facts: Sequence[str]) -> None:
    """Draw the page's title with a line beside it and a few facts as pills, see `chips`."""
    st.html(f'<div class="ink-head"><h1>{title}</h1><p>{subtitle}</p>{chips(facts)}</div>')


def digits(images: np.ndarray, captions: Sequence[str], alt: str) -> str:
    """Give digits, (n, 784) uint8, as a grid with a caption below each."""
    figures = "".join(
        f'<figure><img src="{image_url(image.reshape(28, 28))}" alt="{html.escape(alt.format(caption))}">'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
        for image, caption in zip(images, captions, strict=True)
    )
    return f'<div class="ink-digits">{figures}</div>'
