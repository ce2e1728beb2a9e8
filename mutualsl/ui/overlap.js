// What both spans share, drawn anew when an edge is moved by hand; timeline_lanes.py draws it first.
(() => {
  "use strict";

  function spanOf(head) {
    const { start, end } = document.querySelector(`#results .card.${head} .play`).dataset;
    return [Number(start), Number(end)];
  }

  function mark(kind, [start, end], duration) {
    const element = document.createElement("i");
    element.className = kind;
    element.style.left = `${(100 * start) / duration}%`;
    element.style.width = `${(100 * (end - start)) / duration}%`;
    return element;
  }

  function draw() {
    const lane = document.querySelector("#timeline .tl-overlap");
    if (!lane) return; // one predictor has no span, or none to be taken seriously
    const duration = Number(lane.closest(".tl-track").dataset.duration);
    const [one, other] = [spanOf("visual"), spanOf("textual")].sort((a, b) => a[0] - b[0]);
    const inner = [other[0], Math.min(one[1], other[1])];
    const shared = Math.max(0, inner[1] - inner[0]);
    const either = one[1] - one[0] + (other[1] - other[0]) - shared;
    const hull = [one[0], Math.max(one[1], other[1])];
    const marks = (inner[1] >= inner[0] ? [hull] : [one, other]).map((each) => mark("union", each, duration));
    if (shared > 0) marks.push(mark("intersection", inner, duration));
    const [s, e, overlap] = [shared.toFixed(1), either.toFixed(1), (shared / either).toFixed(2)];
    const label = document.createElement("span");
    label.textContent = `shared ${s} s of ${e} s, IoU ${overlap}`;
    const startsThere = hull[0] + hull[1] <= duration;
    label.style.left = startsThere ? `${(100 * hull[0]) / duration}%` : "";
    label.style.right = startsThere ? "" : `${100 * (1 - hull[1] / duration)}%`;
    lane.title =
      `In both spans (intersection): ${s} s. In either span (union): ${e} s. ` +
      `One divided by the other (IoU): ${overlap}; 0 is none, 1 the same span.`;
    lane.replaceChildren(label, ...marks);
    const words = [...document.querySelectorAll("#timeline .tl-pair")].map((each) => each.title);
    document.querySelector("#tl-words").textContent = words.join(" ");
  }

  document.addEventListener("edges-moved", draw);
})();
