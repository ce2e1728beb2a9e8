// The tab Analyse: which question is in view, the way to its neighbours, and notes on the table.
(() => {
  "use strict";

  let drawnNotes = null;
  let inView = null;

  const table = () => window.mutualslQuestions?.();

  document.addEventListener("click", (event) => {
    const step = event.target.closest?.("[data-step]");
    if (step) table()?.step(Number(step.dataset.step));
  });

  function markDetail(again) {
    const detail = document.querySelector("#analyse-detail [data-place]");
    if (!detail) inView = null;
    if (!detail || !table() || (!again && detail.querySelector(".detail-where").textContent)) return;
    const place = Number(detail.dataset.place);
    const { now, count } = table().mark(place);
    const where = detail.querySelector(".detail-where");
    where.textContent = now ? `Question ${now} of ${count} in the table` : "Not in the table as it is filtered";
    detail.querySelector('[data-step="-1"]').disabled = now <= 1;
    detail.querySelector('[data-step="1"]').disabled = now === count;
    if (place !== inView) detail.scrollIntoView({ block: "start" });
    inView = place;
  }

  document.addEventListener("questionsdrawn", () => markDetail(true));

  new MutationObserver(() => {
    const notes = document.querySelector("#analyse-notes [data-notes]")?.dataset.notes;
    if (notes !== drawnNotes && table()) {
      drawnNotes = notes;
      table().readNotes();
    }
    markDetail(false);
  }).observe(document, { childList: true, subtree: true, attributeFilter: ["data-notes"] });
})();
