// A press on a language opens the page in it, now and at the next visit.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest?.("[data-lang]")?.dataset.lang;
  if (!chosen) return;
  inkling.writeCookie(`inkling_lang=${chosen}`);
  const address = new URL(location.href);
  address.searchParams.set("lang", chosen);
  location.replace(address);
});
