// Reloads the part of a page that changes while an execution runs. The page works without it.
"use strict";
const live = document.querySelector("[data-live]");
if (live) {
  const seconds = 2;
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = document.querySelector("[data-live]");
    const then = next.querySelector("[data-live]");
    if (!then) return location.reload();
    if (!now.contains(document.activeElement) || document.activeElement === document.body) now.replaceWith(then);
    setTimeout(refresh, seconds * 1000);
  };
  setTimeout(refresh, seconds * 1000);
}
