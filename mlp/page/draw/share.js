// Copy a link. One listener serves the whole page, as Streamlit may replace the button. If the browser blocks the
// clipboard (no https, no permission), the link appears selected, ready to be copied by hand.
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
  const box = button.closest(".ink-share"), field = box.querySelector("input"), said = box.querySelector("p");
  field.value = new URL(box.dataset.link, location.origin + location.pathname).href;
  let copied = true;
  try { await navigator.clipboard.writeText(field.value); field.hidden = true; }
  catch { copied = copySelection(field); field.hidden = copied; if (copied) button.focus(); }
  said.textContent = copied ? "Copied." : "Copy this link:";
  clearTimeout(timer);
  if (copied) timer = setTimeout(() => { said.textContent = ""; }, 6000);
});
