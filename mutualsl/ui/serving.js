// The list of models, and Cancel: a button while something runs, and Escape.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-models]")) document.querySelector("#models")?.showModal();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    // It has ended something else: a list, a search, a word that is being put together.
    const ends = "input[type=search], select, [role=listbox], [role=combobox]";
    if (event.defaultPrevented || event.isComposing || event.target.closest?.(ends)) return;
    for (const id of ["cancel", "run-cancel"]) {
      const button = document.getElementById(id);
      if (!button?.offsetParent) continue; // nothing runs, or in the other tab
      button.click();
      event.preventDefault();
    }
  });
})();
