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
