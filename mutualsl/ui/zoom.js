// Zooms the time axis: the track becomes wider than its frame, which scrolls. What is in view is then
// drawn more finely: single cues (the transcript holds them all), time marks, points of the curves.
// A timeline that Gradio draws anew shows the whole video again.
(() => {
  "use strict";

  const STEP = 2;
  const CLOSEST_SECOND = 20; // the shortest stretch that fills the frame of a long video
  const CLOSEST_FACTOR = 8; // of a short one
  const MOST_CUES = 1000; // in view; with more of them the bins of the server stay
  const TICK_STEPS_SECOND = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
  const TICK_PIXELS = 80;

  const wholes = new WeakMap(); // frame: what the server drew for the whole video
  let cues = { list: null, rows: [] };
  let drawn = { frame: null, from: 0, to: 0 }; // seconds, wider than what is in view
  let hand = null; // the time marks being dragged: {frame, x, left}
  let following = true; // whether the playhead was in view, and shall stay there

  const frameOf = () => window.mutualslShown(".tl-scroll");
  const trackOf = (frame) => frame.querySelector(".tl-track");
  const durationOf = (frame) => Number(trackOf(frame).dataset.duration);
  const factorOf = (frame) => Number(frame.dataset.factor ?? 1);
  const viewOf = (frame) => trackOf(frame).offsetWidth / factorOf(frame); // pixels
  const video = () => window.mutualslShown(".screen video[src]");

  function shortClock(second) {
    const whole = Math.round(second);
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
    const rest = String(whole % 60).padStart(2, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  }

  function secondsInView(frame) {
    const perPixel = durationOf(frame) / trackOf(frame).offsetWidth;
    return [frame.scrollLeft * perPixel, (frame.scrollLeft + viewOf(frame)) * perPixel];
  }

  // ---- drawing what is in view ------------------------------------------------------------------

  function wholeOf(frame) {
    if (!wholes.has(frame)) {
      const paths = [...frame.querySelectorAll(".tl-head path")].map((path) => {
        const points = path.getAttribute("d").slice(1).split("L");
        return { path, points, places: points.map((point) => parseFloat(point)) };
      });
      const [lane, ticks] = [frame.querySelector(".tl-cues"), frame.querySelector(".tl-ticks")];
      wholes.set(frame, { paths, lane, ticks });
    }
    return wholes.get(frame);
  }

  function allCues() {
    const list = window.mutualslShown(".tr-cues");
    if (cues.list !== list) cues = { list, rows: list?.querySelectorAll(".tr-cue") ?? [] };
    return cues.rows;
  }

  // How many of the transcript's rows begin before a second; reading all of them takes long.
  function begun(rows, second) {
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Number(rows[middle].dataset.start) < second) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function cuesBetween(from, to, duration, lane) {
    const rows = allCues();
    const [first, after] = [Math.max(0, begun(rows, from) - 1), begun(rows, to)];
    if (after - first < 1 || after - first > MOST_CUES) return lane;
    const fine = lane.cloneNode(false);
    for (let place = first; place < after; place++) {
      const { start, end } = rows[place].dataset;
      const mark = document.createElement("i");
      mark.style.left = `${(100 * start) / duration}%`;
      mark.style.width = `${(100 * (Math.min(end, duration) - start)) / duration}%`;
      mark.title = rows[place].lastElementChild.textContent;
      fine.append(mark);
    }
    return fine;
  }

  function ticksBetween(from, to, frame) {
    const duration = durationOf(frame);
    const wide = (TICK_PIXELS * duration) / trackOf(frame).offsetWidth;
    const step = TICK_STEPS_SECOND.find((each) => each >= wide) ?? Math.ceil(wide / 3600) * 3600;
    const ticks = wholeOf(frame).ticks.cloneNode(false);
    for (let second = Math.ceil(from / step) * step; second <= to; second += step) {
      const mark = document.createElement("span");
      mark.style.left = `${(100 * second) / duration}%`;
      mark.textContent = shortClock(second);
      ticks.append(mark);
    }
    return ticks;
  }

  // A very wide path is slow to stroke: only its points in view, and one on either side.
  function pathBetween(from, to, { points, places }) {
    const first = places.findIndex((place) => place >= from);
    if (first < 0) return `M${points.slice(-2).join("L")}`;
    const after = places.findIndex((place) => place > to);
    return `M${points.slice(Math.max(0, first - 1), after < 0 ? undefined : after + 1).join("L")}`;
  }

  function draw(frame) {
    const whole = wholeOf(frame);
    const duration = durationOf(frame);
    const zoomed = factorOf(frame) > 1;
    const [start, end] = secondsInView(frame);
    const margin = end - start;
    const from = zoomed ? Math.max(0, start - margin) : 0;
    const to = zoomed ? Math.min(duration, end + margin) : duration;
    const lane = zoomed && whole.lane ? cuesBetween(from, to, duration, whole.lane) : whole.lane;
    const ticks = zoomed ? ticksBetween(from, to, frame) : whole.ticks;
    if (lane) put(lane, frame.querySelector(".tl-cues")); // spans alone have none
    put(ticks, frame.querySelector(".tl-ticks"));
    for (const each of whole.paths) {
      const [left, right] = [(1000 * from) / duration, (1000 * to) / duration];
      each.path.setAttribute("d", pathBetween(left, right, each));
    }
    drawn = { frame, from, to };
  }

  // Taking out the very lane that comes in again would make the browser style its marks anew.
  function put(lane, before) {
    if (lane !== before) before.replaceWith(lane);
  }

  function sayView(frame) {
    const [start, end] = secondsInView(frame);
    const words = factorOf(frame) > 1 ? `${shortClock(start)} – ${shortClock(end)}` : "";
    frame.closest(".tl").querySelector(".tl-view").textContent = words;
  }

  // ---- zooming and moving -----------------------------------------------------------------------

  // What stays in view: the playhead once it has moved, else the answer, else the middle.
  function anchorSecond(frame) {
    const player = video();
    if (player && player.currentTime > 0) return player.currentTime;
    const answer = frame.querySelector(".tl-answer") ?? frame.querySelector(".tl-band");
    if (answer) {
      const middle = parseFloat(answer.style.left) + parseFloat(answer.style.width) / 2;
      return (middle / 100) * durationOf(frame);
    }
    const [start, end] = secondsInView(frame);
    return (start + end) / 2;
  }

  // What is there now is the whole again, and may be of another answer: Gradio changes it in place.
  function forget(frame) {
    wholes.delete(frame);
    cues = { list: null, rows: [] };
  }

  // `share` is where in the frame the second then lies.
  function zoom(frame, wanted, second, share = 0.5) {
    const [duration, view] = [durationOf(frame), viewOf(frame)];
    if (factorOf(frame) === 1) forget(frame);
    const most = Math.max(CLOSEST_FACTOR, duration / CLOSEST_SECOND);
    const factor = Math.min(Math.max(1, wanted), most);
    frame.dataset.factor = factor;
    frame.classList.toggle("is-zoomed", factor > 1);
    trackOf(frame).style.width = `${100 * factor}%`;
    frame.scrollLeft = view * ((second / duration) * factor - share);
    draw(frame);
    sayView(frame);
  }

  function zoomBy(kind) {
    const frame = frameOf();
    if (!frame) return;
    const factor = { in: factorOf(frame) * STEP, out: factorOf(frame) / STEP, whole: 1 }[kind];
    zoom(frame, factor, anchorSecond(frame));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-zoom]");
    if (button) zoomBy(button.dataset.zoom);
  });

  document.addEventListener("keydown", (event) => {
    if (!window.mutualslKeyIsFree(event)) return;
    const kind = { "+": "in", "=": "in", "-": "out", "−": "out", 0: "whole" }[event.key];
    if (!kind || !frameOf()) return;
    zoomBy(kind);
    event.preventDefault();
  });

  document.addEventListener(
    "wheel",
    (event) => {
      const frame = event.ctrlKey ? event.target.closest?.(".tl-scroll") : null;
      if (!frame) return;
      event.preventDefault(); // the browser's own zoom
      const box = trackOf(frame).getBoundingClientRect();
      const second = (durationOf(frame) * (event.clientX - box.left)) / box.width;
      const share = (event.clientX - box.left - frame.scrollLeft) / viewOf(frame);
      zoom(frame, factorOf(frame) * Math.exp(-event.deltaY / 250), second, share);
    },
    { passive: false },
  );

  document.addEventListener(
    "scroll",
    (event) => {
      const frame = event.target;
      // One that is not zoomed is as it was drawn, and what was drawn may be another answer's.
      if (frame !== frameOf() || factorOf(frame) === 1) return;
      const [start, end] = secondsInView(frame);
      following = isInView(frame);
      sayView(frame);
      if (frame !== drawn.frame || start < drawn.from || end > drawn.to) draw(frame);
    },
    true,
  );

  // The time marks are the handle of a zoomed axis; elsewhere a drag seeks.
  document.addEventListener(
    "pointerdown",
    (event) => {
      const frame = event.target.closest?.(".tl-ticks")?.closest(".tl-scroll.is-zoomed");
      if (!frame || event.button !== 0) return;
      hand = { frame, x: event.clientX, left: frame.scrollLeft };
      event.stopPropagation();
    },
    true,
  );
  document.addEventListener("pointermove", (event) => {
    if (hand && event.buttons & 1) hand.frame.scrollLeft = hand.left + hand.x - event.clientX;
  });
  for (const type of ["pointerup", "pointercancel"]) {
    document.addEventListener(type, () => (hand = null));
  }

  // ---- following the playhead -------------------------------------------------------------------

  function isInView(frame) {
    const [start, end] = secondsInView(frame);
    const player = video();
    return !player || (start <= player.currentTime && player.currentTime <= end);
  }

  function follow(event) {
    const frame = frameOf();
    if (event.target !== video() || !frame || factorOf(frame) === 1) return;
    const inView = isInView(frame);
    if (!inView && (following || event.type === "seeked")) {
      const share = event.target.currentTime / durationOf(frame);
      frame.scrollLeft = share * trackOf(frame).offsetWidth - viewOf(frame) / 5;
    } else following = inView;
  }

  for (const type of ["timeupdate", "seeked"]) document.addEventListener(type, follow, true);

  window.addEventListener("resize", () => {
    const frame = frameOf();
    if (frame && factorOf(frame) > 1) zoom(frame, factorOf(frame), anchorSecond(frame));
  });
})();
