// Sends the chosen answer as soon as a hand moves on the page: never on loading, never for a machine that only reads.
(() => {
  const form = () => document.getElementById("form");
  // In a frame the site around it is told how tall the page is, that there is nothing to ask, or that it is done; never what was said.
  const tell = (what, more) => { if (parent !== window) parent.postMessage({servicemeter: what, ...more}, "*"); };
  const size = () => tell("size", {height: document.documentElement.scrollHeight});
  if (document.querySelector("main[data-none]")) tell("none");
  size();
  if (!form()) return;
  // The link is good for answering; it need not stand in the history or be read over a shoulder.
  history.replaceState(null, "", location.pathname.replace(/[^/]+$/, "") + "#");
  let seen = false, busy = false;
  const post = async (path, body) => fetch(path, {method: "POST", body, headers: {Accept: "text/html"}, referrerPolicy: "no-referrer"});
  // A button may be pressed by a script as well; only what moved before tells a hand.
  const fill = () => {
    const data = new URLSearchParams(new FormData(form()));
    data.set("signal", seen ? "1" : "");
    return data;
  };
  const show = (html, focus) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const main = page.getElementById("main");
    if (!main) return;
    document.getElementById("main").replaceWith(main);
    const again = focus && [...main.querySelectorAll("input,textarea,button")].find(e => e.name === focus.name && e.type === focus.type && (e.type !== "radio" || e.value === focus.value));
    if (again) again.focus();
    size();
    if (main.hasAttribute("data-done")) tell("done");
  };
  const send = async (data, focus) => {
    if (busy) return;
    busy = true;
    try {
      const answer = await post(form().action, data);
      show(await answer.text(), focus);
    } finally { busy = false; }
  };
  const chosen = () => form() && form().querySelector("[name=score]:checked");
  const look = event => {
    if (!event.isTrusted || document.visibilityState !== "visible" || !form()) return;
    if (!seen) {
      seen = true;
      post(form().dataset.seen, new URLSearchParams({stamp: form().stamp.value}));
    }
    const within = event.target.closest && event.target.closest("a,button,label,input,textarea,fieldset");
    if (chosen() && !form().hasAttribute("data-saved") && !within && document.body.dataset.ready) {
      const focus = document.activeElement;
      send(fill(), focus);
    }
  };
  setTimeout(() => { document.body.dataset.ready = "1"; }, 900);
  for (const kind of ["pointerdown", "keydown", "touchstart", "wheel"]) addEventListener(kind, look, {passive: true});
  document.addEventListener("submit", event => {
    event.preventDefault();
    send(fill(), event.submitter);
  });
})();
