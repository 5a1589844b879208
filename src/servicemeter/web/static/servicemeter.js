// The pages work without this file: it only spares a press on "Show" and keeps empty fields out of the address.
"use strict";
for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  const send = () => {
    for (const field of form.elements) {
      const isUnusedDate = field.type === "date" && form.elements.period?.value !== "custom";
      if (field.name && (field.value === "" || isUnusedDate)) field.disabled = true;
    }
    form.submit();
  };
  const isReady = () => {
    const { period, first, last } = form.elements;
    return !period || period.value !== "custom" || (first.value !== "" && last.value !== "");
  };
  form.classList.add("auto");
  form.addEventListener("change", (event) => {
    if (isReady() && event.target.type !== "date") send();
  });
  form.addEventListener("submit", (event) => {
    if (!isReady()) return;
    event.preventDefault();
    send();
  });
  window.addEventListener("pageshow", () => {
    for (const field of form.elements) field.disabled = false;
  });
}

// Parts of a page that take longer: fetched after the page stands, one after the other; each keeps its place.
const fetchPart = async (section) => {
  const name = section.id;
  try {
    const response = await fetch(section.dataset.fetch, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const part = page.getElementById(name);
    if (part) section.replaceWith(document.adoptNode(part));
    else section.remove();
    watchHeat();
  } catch {
    delete section.dataset.fetch; // the link in its title still leads there
  }
};
const fetchParts = async () => {
  for (const section of document.querySelectorAll("section[data-fetch]")) await fetchPart(section);
  document.documentElement.dataset.whole = "true";
};

// A heat map says the hour under the pointer; with the keyboard the arrow keys walk over it.
const watchHeat = () => {
  for (const map of document.querySelectorAll("[data-heat]:not([data-watched])")) {
    map.dataset.watched = "true";
    const says = map.parentElement.querySelector("[data-heat-says]");
    const cells = [...map.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td")]);
    let at = [0, 0];
    const tell = (cell) => { if (cell && cell.title) says.textContent = cell.title; };
    const step = (event) => {
      const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!move) return;
      event.preventDefault();
      const next = [at[0] + move[0], at[1] + move[1]];
      if (!cells[next[0]] || !cells[next[0]][next[1]]) return;
      cells[at[0]][at[1]].tabIndex = -1;
      at = next;
      cells[at[0]][at[1]].tabIndex = 0;
      cells[at[0]][at[1]].focus();
    };
    cells[0][0].tabIndex = 0;
    map.addEventListener("keydown", step);
    map.addEventListener("focusin", (event) => tell(event.target));
    map.addEventListener("mouseover", (event) => tell(event.target.closest("td")));
  }
};
watchHeat();
fetchParts();
