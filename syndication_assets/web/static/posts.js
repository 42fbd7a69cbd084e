// Letters for the actions on the post in focus. The buttons of each post work without this script.
"use strict";

document.addEventListener("keydown", (event) => {
  const inField = event.target.closest("input, textarea, select");
  if (inField || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const posts = [...document.querySelectorAll("[data-post]")];
  const post = posts.length === 1 ? posts[0] : document.activeElement.closest("li")?.querySelector("[data-post]");
  const pressed = post?.querySelector(`[data-letter="${CSS.escape(event.key)}"]`);
  if (!pressed) return;
  event.preventDefault();
  const words = pressed.closest("details");
  if (!words) return pressed.click();
  words.open = true;
  words.querySelector("textarea").focus();
});
