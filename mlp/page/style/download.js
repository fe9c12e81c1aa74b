// A file is asked for in a hidden frame of its own. What the server sends is saved, and the frame stays empty; a sentence
// that it sends instead is a page in there, and is shown below the button.
let nFiles = 0;
document.addEventListener("click", ({ target }) => {
  const link = target.closest?.(".ink-download");
  if (!link) return;
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.name = link.target = `ink-file-${++nFiles}`;
  frame.addEventListener("load", () => {
    const sentence = frame.contentDocument?.body?.textContent.trim();
    if (!sentence) return;
    frame.remove();
    link.parentElement.querySelector("p")?.remove();
    link.insertAdjacentHTML("afterend", '<p class="ink-status" role="alert"></p>');
    link.nextElementSibling.textContent = sentence;
  });
  document.body.append(frame);
});
