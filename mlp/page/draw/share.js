// Copy the link to the experiment. One listener serves the whole page, as Streamlit may replace the button. If the browser
// blocks the clipboard (no https, no permission), the link appears selected, ready to be copied by hand.
let timer;
const copySelection = (field) => {
  field.hidden = false;
  field.focus();
  field.select();
  try { return document.execCommand("copy"); } catch { return false; }
};
document.addEventListener("click", async (event) => {
  const button = event.target.closest && event.target.closest(".ink-copy");
  if (!button) return;
  if (button.classList.contains("ink-to-board")) {
    const board = new URL(window.location.href);
    board.searchParams.set("board", "1");
    window.location.assign(board.href);
    return;
  }
  const box = button.closest(".ink-share"), field = box.querySelector("input"), said = box.querySelector("p");
  const link = new URL(window.location.href.split("#")[0]);
  const drawing = box.dataset.drawing;
  if (drawing) link.searchParams.set("drawing", drawing);
  field.value = drawing ? link.href : window.location.href.split("#")[0];
  let copied = true;
  try { await navigator.clipboard.writeText(field.value); field.hidden = true; }
  catch { copied = copySelection(field); field.hidden = copied; if (copied) button.focus(); }
  said.textContent = !copied ? "Copy this link:"
    : `Copied. The link holds your settings${drawing ? " and your drawing" : ""}.`;
  clearTimeout(timer);
  if (copied) timer = setTimeout(() => { said.textContent = ""; }, 6000);
});
