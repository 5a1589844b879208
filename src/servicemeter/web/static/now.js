// Keeps the page up to date: asks whether anything changed, and puts what did in the place of what was. Nothing moves or flickers:
// a part that is the same stays, the focus and the scroll stay where they are. Without this file the page reloads itself.
const page = document.querySelector("[data-live]");
const every = Number(page.dataset.live) * 1000;
let mark = null;

const putInPlace = (fresh) => {
  const focused = document.activeElement;
  for (const part of fresh.querySelectorAll("[data-live] > [id]")) {
    const own = document.getElementById(part.id);
    if (!own || own.isEqualNode(part)) continue;
    if (own.contains(focused) && focused.matches("select")) continue; // somebody is choosing
    const place = own.contains(focused) ? focused.getAttribute("href") : null;
    own.replaceWith(document.adoptNode(part));
    if (place) page.querySelector(`a[href="${CSS.escape(place)}"]`)?.focus({ preventScroll: true });
  }
};

const look = async () => {
  if (document.visibilityState === "hidden") return;
  try {
    const headers = mark ? { Accept: "text/html", "If-None-Match": mark } : { Accept: "text/html" };
    const response = await fetch(location.href, { headers, cache: "no-store" });
    if (response.status === 304) return;
    if (!response.ok) throw new Error(String(response.status));
    mark = response.headers.get("ETag");
    putInPlace(new DOMParser().parseFromString(await response.text(), "text/html"));
    delete page.dataset.lost;
  } catch {
    page.dataset.lost = "true"; // the style sheet greys what may be old; the next look tries again
  }
};

setInterval(look, every);
document.addEventListener("visibilitychange", look);
