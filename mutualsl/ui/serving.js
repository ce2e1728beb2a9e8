// The list of models, and Cancel: a button while something runs, and Escape.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-models]")) document.querySelector("#models")?.showModal();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    for (const id of ["cancel", "run-cancel"]) {
      const button = document.getElementById(id);
      if (!button?.offsetParent) continue; // nothing runs, or in the other tab
      button.click();
      event.preventDefault();
    }
  });
})();
