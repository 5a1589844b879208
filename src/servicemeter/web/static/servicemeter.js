// The pages work without this file: it only spares a press on "Show" and keeps empty fields out of the address.
"use strict";
for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  const send = () => {
    for (const field of form.elements) {
      const isUnusedDate = field.type === "date" && form.elements.period.value !== "custom";
      if (field.name && (field.value === "" || isUnusedDate)) field.disabled = true;
    }
    form.submit();
  };
  const isReady = () => {
    const { period, first, last } = form.elements;
    return period.value !== "custom" || (first.value !== "" && last.value !== "");
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
