// The list of models, and Cancel: a button while something runs, and Escape.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-models]")) document.querySelector("#models")?.showModal();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    if (!document.querySelector("#status .is-running")) return;
    document.querySelector("#cancel")?.click();
    event.preventDefault();
  });
})();
