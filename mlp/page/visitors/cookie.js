// The cookie that finds a visitor's work again.
const tabs = new BroadcastChannel("inkling");  // those of this browser

const write = (cookie) => {
  // In a frame on another site, such as a service that hosts the page, browsers keep only partitioned cookies. Such
  // frames are refused unless MLP_PUBLIC is on.
  let foreign = false;
  try { void top.location.href; } catch { foreign = true; }
  const secure = location.protocol === "https:";
  const site = `SameSite=${foreign && secure ? "None; Partitioned" : "Strict"}${secure ? "; Secure" : ""}`;
  // The longest that browsers keep a cookie; work may be kept longer, as only days with a running server count.
  document.cookie = `${cookie}; path=/; max-age=${400 * 24 * 3600}; ${site}`;
};

// Keep the visitor's cookie at each opening of the page, so that its age counts from the last visit. If it is neither
// this visitor's nor the one with which the tab was opened, another tab has moved to another visitor: this one follows.
let keep = () => {};
inkling.keepCookie = (cookie, opened) => {
  const [name, id] = cookie.split("=");
  keep = () => {
    const found = document.cookie.matchAll(new RegExp(`(?:^|; )${name}=([0-9a-z]{4}(?:-[0-9a-z]{4}){3})(?![^;])`, "g"));
    const ids = [...found].map((one) => one[1]);
    if (ids.length && !ids.includes(id) && !ids.includes(opened)) location.reload(); else write(cookie);
  };
  keep();
  const isKept = document.cookie.includes(cookie);
  for (const line of document.querySelectorAll(".ink-no-cookie")) line.hidden = isKept;
  for (const line of document.querySelectorAll(".ink-kept")) line.hidden = !isKept;
};
inkling.writeCookie = write;
tabs.onmessage = () => keep();

// Reload the page as another visitor, with the link that opened it.
inkling.openAs = (cookie, query) => {
  write(cookie);
  tabs.postMessage("");
  location.replace(location.pathname + (query.length > 1 ? query : ""));
};
