// Keys for people who decide on many texts, and posts that are dragged. The pages work without this script.
"use strict";

document.addEventListener("keydown", (event) => {
  const inField = event.target.closest("input, textarea, select");
  if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
  const named = (name) => document.querySelector(`[${name}="${CSS.escape(event.key)}"]`);
  const pressed = named("data-key");
  const field = named("data-focus-key");
  const opened = named("data-open-key");
  if (pressed) pressed.click();
  else if (field) field.focus();
  else if (opened) {
    opened.closest("details").open = true;
    opened.closest("details").querySelector("textarea").focus();
  } else if (!moveInList(event.key)) return;
  event.preventDefault();
});

function moveInList(key) {
  const step = { j: 1, k: -1 }[key];
  const links = [...document.querySelectorAll('[data-keys="list"] > li > a')];
  if (!step || !links.length) return false;
  const place = links.indexOf(document.activeElement);
  links[Math.min(Math.max(place + step, 0), links.length - 1)].focus();
  return true;
}

// Dragging a post to another day sends the form that moves it.
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[draggable]");
  event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragend", () => (dragged = null));
document.addEventListener("dragover", (event) => {
  if (dragged && event.target.closest("[data-day]")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const day = event.target.closest("[data-day]");
  if (!dragged || !day) return;
  event.preventDefault();
  const form = dragged.querySelector("form.move");
  form.elements.day.value = day.dataset.day;
  form.requestSubmit();
});
