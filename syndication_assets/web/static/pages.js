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

// A file that the server would refuse is not sent at all.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-most-bytes]")) return;
  const isTooLarge = target.files[0]?.size > Number(target.dataset.mostBytes);
  target.setCustomValidity(isTooLarge ? target.dataset.tooLarge : "");
  target.reportValidity();
});

// The API as a page of this site asks it: in the session of the cookie, with the token of its forms.
async function ask(path, body) {
  const headers = { Accept: "application/json" };
  const request = { headers, cache: "no-store" };
  if (body !== undefined) {
    Object.assign(request, { method: "POST", body: JSON.stringify(body) });
    Object.assign(headers, { "Content-Type": "application/json", "X-Form-Token": document.body.dataset.formToken });
  }
  const response = await fetch(`/api/v1${path}`, request);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

// Dragging a post to another day gives it a slot there; where that does not work, the page says why.
let dragged = null;
const show = (day) => {
  document.querySelectorAll("[data-day].over").forEach((each) => each.classList.remove("over"));
  day?.classList.add("over");
};
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-target]");
  if (dragged) event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragend", () => show((dragged = null)));
document.addEventListener("dragover", (event) => {
  const day = event.target.closest("[data-day]");
  if (!dragged) return;
  show(day);
  if (day) event.preventDefault();
});
document.addEventListener("drop", async (event) => {
  const day = event.target.closest("[data-day]")?.dataset.day;
  if (!dragged || !day) return;
  event.preventDefault();
  const problem = document.querySelector("[data-problem]");
  try {
    await ask(`/queue/${dragged.dataset.target}/move`, { day });
    location.assign(`/calendar?week=${day}&done=moved`);
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
  }
});

// A brief that is being made: the page shows each step, and everything when it is done.
const progress = document.querySelector("[data-progress]");
async function follow() {
  try {
    const brief = await ask(`/requests/${progress.dataset.progress}/progress`);
    if (!brief.is_under_way) return location.reload();
    for (const step of progress.querySelectorAll("[data-state]")) {
      if (step.dataset.state === brief.state) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    }
  } catch {
    // The server is asked again, as long as the page is open.
  }
  setTimeout(follow, 1500);
}
if (progress) setTimeout(follow, 1000);
