// Copy a link, in a way that browsers also have without https, and show it selected, as they may still refuse. One listener
// serves the whole page, as Streamlit may replace the button.
document.addEventListener("click", ({ target }) => {
  const box = target.closest?.(".ink-copy")?.closest(".ink-share");
  if (!box) return;
  const field = box.querySelector("input");
  field.value = new URL(box.dataset.link, location.origin + location.pathname).href;
  field.hidden = false;
  field.focus();
  field.select();
  box.querySelector("p").textContent = document.execCommand("copy") ? inkling.tr("Copied.") : inkling.tr("Copy this link:");
});
