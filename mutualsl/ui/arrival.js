// An answer that comes to a question just asked is brought into view, unless its visitor has gone on
// to something else meanwhile.
(() => {
  "use strict";

  let awaited = false;

  for (const type of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    document.addEventListener(type, () => (awaited = false), { capture: true, passive: true });
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#ask, [data-example]")) awaited = true;
  });
  document.addEventListener("keydown", (event) => {
    const asks = event.key === "Enter" && !event.shiftKey && event.target.matches?.("#question textarea");
    if (asks) awaited = true;
  }, true);

  new MutationObserver((records) => {
    if (!awaited || !records.some(({ target }) => target.parentElement?.closest("#results"))) return;
    const answer = document.querySelector("#results .answer:not(.is-waiting)");
    if (!answer) return;
    awaited = false;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    answer.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  }).observe(document, {
    childList: true,
    characterData: true,
    attributeFilter: ["href"], // of an export: all that differs where the same is asked again
    subtree: true,
  });
})();
