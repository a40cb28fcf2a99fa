// What pages do besides htmx. All of them work without it.
"use strict";

document.documentElement.classList.add("has-script");

// A slider moves the number beside it, and the number moves the slider.
document.addEventListener("input", (event) => {
  const moved = event.target;
  const of = moved.dataset && moved.dataset.of;
  if (of) {
    document.getElementById(of).value = moved.value;
    return;
  }
  if (!moved.id) return;
  const slider = document.querySelector(`input[type="range"][data-of="${CSS.escape(moved.id)}"]`);
  if (slider && moved.value.trim() !== "" && Number.isFinite(Number(moved.value))) slider.value = moved.value;
});

document.addEventListener("click", (event) => {
  const print = event.target.closest("[data-print]");
  if (print) window.print();
});

// A line that is named is shown in the text.
document.addEventListener("click", (event) => {
  const line = event.target.closest?.("[data-line]");
  const text = line && document.querySelector(line.getAttribute("href"));
  if (!text) return;
  event.preventDefault();
  const before = text.value.split("\n").slice(0, line.dataset.line - 1).join("\n").length;
  const start = before && before + 1;
  const end = text.value.indexOf("\n", start);
  text.focus();
  text.setSelectionRange(start, end < 0 ? text.value.length : end);
  const height = text.scrollHeight / text.value.split("\n").length;
  text.scrollTop = height * (line.dataset.line - 1) - text.clientHeight / 3;
  text.scrollIntoView({ block: "nearest" });
});

// Files may be dropped where they are chosen.
document.addEventListener("dragover", (event) => {
  const place = event.target.closest?.("[data-drop]");
  if (!place) return;
  event.preventDefault();
  place.classList.add("is-over");
});

document.addEventListener("dragleave", (event) => {
  const place = event.target.closest?.("[data-drop]");
  if (place && !place.contains(event.relatedTarget)) place.classList.remove("is-over");
});

document.addEventListener("drop", (event) => {
  const place = event.target.closest?.("[data-drop]");
  const files = event.dataTransfer?.files;
  if (!place) return;
  event.preventDefault();
  place.classList.remove("is-over");
  const input = place.querySelector("input[type=file]");
  if (!input || !files?.length) return;
  const one = new DataTransfer();
  one.items.add(files[0]);
  input.files = one.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

// A large file takes a while: the button says so, and is not pressed twice.
document.addEventListener("submit", (event) => {
  const told = event.target.dataset?.sending;
  const button = event.submitter;
  if (!told || !button || event.defaultPrevented) return;
  const said = button.textContent;
  setTimeout(() => {
    button.disabled = true;
    button.textContent = told;
  });
  // Whoever comes back by the browser's button finds it as it was.
  addEventListener("pageshow", () => {
    button.disabled = false;
    button.textContent = said;
  }, { once: true });
});
