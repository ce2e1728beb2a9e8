// Plays spans: every Play starts at the start of its span and stops at its end, again and again.
// Listeners sit on the document, so they outlive every redraw of the page's parts.
(() => {
  "use strict";

  const STOP_EARLY_SECOND = 0.015; // less than a frame: the last picture of the span stays
  let guard = null; // the span being played: {player, start, end, button, seeking}; null: free playing
  const drawnBefore = new WeakSet(); // players whose place has been restored
  let place = { source: null, second: 0 }; // where the visitor was, for a player drawn anew

  const part = window.mutualslShown;
  const video = () => part(".screen video[src]");
  const track = () => part(".tl-track:has(.tl-playhead)"); // an axis beside which nothing plays has none
  const durationOf = (axis) => Number(axis.dataset.duration);

  function clock(second) {
    const tenths = Math.round(Math.max(0, second) * 10);
    const minutes = Math.floor(tenths / 600);
    const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
    if (minutes < 60) return `${minutes}:${rest}`;
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
  }

  // ---- playing a span -------------------------------------------------------------------------

  function release() {
    guard?.button?.classList.remove("is-playing");
    guard = null;
  }

  function bringIntoView(element) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    element?.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  }

  function run(player) {
    player.play().catch(() => {}); // interrupted by a pause or another seek: nothing to say
  }

  function play(start, end, button) {
    const player = video();
    if (!player) return;
    release();
    bringIntoView(player);
    guard = { player, start, end, button, seeking: true };
    button?.classList.add("is-playing");
    const begin = () => {
      player.currentTime = start;
      run(player);
      requestAnimationFrame(watch);
    };
    if (player.readyState >= 1) begin();
    else {
      player.addEventListener("loadedmetadata", begin, { once: true });
      player.load();
    }
  }

  function fromTheStart() {
    guard.seeking = true;
    guard.player.currentTime = guard.start;
    if (guard.player.paused) run(guard.player); // it has reached the end of the video
  }

  function stopAtEnd() {
    if (!guard || guard.seeking) return;
    const { player, end, button } = guard;
    if (!player.ended && player.currentTime < end - STOP_EARLY_SECOND) return;
    if (button?.closest(".card")?.querySelector('[data-loop][aria-pressed="true"]')) {
      return fromTheStart();
    }
    release();
    player.pause();
  }

  function loop(button) {
    button.ariaPressed = String(button.ariaPressed !== "true");
    const card = button.closest(".card");
    if (button.ariaPressed !== "true" || card.contains(guard?.button ?? null)) return;
    const span = card.querySelector(".play");
    play(Number(span.dataset.start), Number(span.dataset.end), span);
  }

  function watch() {
    stopAtEnd();
    showTime();
    const player = video();
    if (player && (guard || !player.paused)) requestAnimationFrame(watch);
  }

  function onMedia(event) {
    const player = event.target;
    if (player !== video()) return leaveAlone(player);
    if (event.type === "seeking" && guard) {
      const ours = Math.abs(player.currentTime - guard.start) < 0.05;
      if (!ours) release(); // the visitor went elsewhere
    }
    // The end of an earlier seek may arrive while ours has begun.
    if (event.type === "seeked" && guard && !player.seeking) guard.seeking = false;
    if (event.type === "timeupdate") {
      place = { source: player.getAttribute("src"), second: player.currentTime };
      stopAtEnd();
    }
    if (event.type === "pause" && guard && !guard.seeking) release();
    if (event.type === "play") requestAnimationFrame(watch);
    showTime();
  }

  // Nobody sees it: another tab was chosen while it played.
  function leaveAlone(player) {
    if (!player.matches(".screen video") || player.getClientRects().length) return;
    if (guard?.player === player) release();
    player.pause();
  }

  for (const type of ["seeking", "seeked", "timeupdate", "pause", "play", "loadedmetadata"]) {
    document.addEventListener(type, onMedia, true); // media events do not bubble
  }

  // ---- the timeline ---------------------------------------------------------------------------

  function showTime() {
    const player = video();
    const axis = track();
    if (!player || !axis) return;
    const percent = Math.min(100, (100 * player.currentTime) / durationOf(axis));
    axis.querySelector(".tl-playhead").style.left = `${percent}%`;
    const now = part(".tl-now");
    const text = clock(player.currentTime);
    if (now.textContent !== text) {
      now.textContent = text;
      axis.setAttribute("aria-valuenow", player.currentTime.toFixed(1));
      axis.setAttribute("aria-valuetext", `${text} of ${clock(durationOf(axis))}`);
    }
    document.dispatchEvent(new CustomEvent("time-shown", { detail: player }));
  }

  function seek(second) {
    const player = video();
    const axis = track();
    if (!player || !axis) return;
    release();
    player.currentTime = Math.min(Math.max(0, second), durationOf(axis));
    showTime();
  }

  function seekToPointer(event, axis) {
    const box = axis.getBoundingClientRect();
    seek((durationOf(axis) * (event.clientX - box.left)) / box.width);
  }

  // A finger may be about to scroll the page: it seeks where it moves along the axis, or lets go.
  const SLOP = 8; // pixels that a finger may move while it rests
  let dragging = null;
  let finger = null; // where it has come down, as long as it may be about to scroll
  document.addEventListener("pointerdown", (event) => {
    dragging = event.button === 0 ? event.target.closest(".tl-track") : null;
    finger = event.pointerType === "touch" ? { x: event.clientX, y: event.clientY } : null;
    if (dragging && !finger) seekToPointer(event, dragging);
  });
  document.addEventListener("pointermove", (event) => {
    if (!dragging || !(event.buttons & 1)) return;
    const [right, down] = finger ? [event.clientX - finger.x, event.clientY - finger.y] : [0, 0];
    if (finger && Math.abs(right) <= Math.max(SLOP, Math.abs(down))) return;
    finger = null;
    seekToPointer(event, dragging);
  });
  document.addEventListener("pointerup", (event) => {
    if (dragging && event.pointerType === "touch") seekToPointer(event, dragging);
    dragging = null;
  });
  document.addEventListener("pointercancel", () => (dragging = null));

  document.addEventListener("keydown", (event) => {
    if (!window.mutualslKeyIsFree(event)) return;
    const onAxis = event.target.matches(".tl-track");
    if (event.key === "?") {
      document.querySelector("#keys")?.showModal();
      return event.preventDefault();
    }
    const player = video();
    if (!player) return;
    const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (step && (onAxis || event.key.startsWith("Arrow"))) {
      seek(player.currentTime + (event.shiftKey ? step / 10 : step));
    } else if (event.key === " ") player.paused ? run(player) : player.pause();
    else if (onAxis && event.key === "Home") seek(0);
    else if (onAxis && event.key === "End") seek(durationOf(track()));
    else return;
    event.preventDefault();
  });

  // ---- moving the edges of a span ---------------------------------------------------------------

  const SHORTEST_SECOND = 0.1;
  const moved = new Set(); // heads whose marks on the axis do not stand where they were drawn

  function nudge(button) {
    const card = button.closest(".card");
    const buttons = card.querySelectorAll(".play, .save");
    const ofStart = button.dataset.nudge === "start";
    let start = Number(buttons[0].dataset.start);
    let end = Number(buttons[0].dataset.end);
    const by = Number(button.dataset.by);
    const length = durationOf(track());
    if (ofStart) start = Math.min(Math.max(0, start + by), end - SHORTEST_SECOND);
    else end = Math.max(Math.min(length, end + by), start + SHORTEST_SECOND);
    for (const each of buttons) {
      each.dataset.start = start.toFixed(3);
      each.dataset.end = end.toFixed(3);
    }
    moved.add(headOf(card));
    showMoved(card, start, end, length);
    if (guard?.button === buttons[0]) {
      Object.assign(guard, { start, end }); // it plays on, up to where the end is now
      if (ofStart) fromTheStart();
    } else seek(ofStart ? start : end);
  }

  const headOf = (card) => (card.classList.contains("visual") ? "visual" : "textual");

  // The same question again draws cards anew, and leaves an axis that is as before alone.
  function putBackMarks() {
    for (const head of moved) {
      const card = document.querySelector(`#results .card.${head}`);
      if (card?.querySelector(".moved:not([hidden])")) continue;
      moved.delete(head);
      const span = card?.querySelector(".play[data-start]")?.dataset;
      if (span && track()) showMoved(card, Number(span.start), Number(span.end), durationOf(track()));
    }
  }

  function showMoved(card, start, end, length) {
    const head = headOf(card);
    const [spans, marks] = [[`${head}-span`], [`#timeline .tl-head.${head} .tl-band`]];
    if (card.classList.contains("is-answer")) {
      spans.push("answer-span");
      marks.push("#timeline .tl-answer");
    }
    const text = `${clock(start)} – ${clock(end)}`;
    for (const id of spans) document.getElementById(id).textContent = text;
    for (const mark of document.querySelectorAll(marks.join())) {
      mark.style.left = `${(100 * start) / length}%`;
      mark.style.width = `${(100 * (end - start)) / length}%`;
    }
    const note = card.querySelector(".moved");
    const own = note.dataset;
    note.hidden = own.start === start.toFixed(3) && own.end === end.toFixed(3);
    document.dispatchEvent(new Event("edges-moved"));
  }

  // ---- buttons, and what Gradio draws ---------------------------------------------------------

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-play]");
    if (button) play(Number(button.dataset.start), Number(button.dataset.end), button);
    const again = event.target.closest?.("[data-loop]");
    if (again) loop(again);
    const edge = event.target.closest?.("[data-nudge]");
    if (edge) nudge(edge);
    if (event.target.closest?.("[data-keys]")) document.querySelector("#keys")?.showModal();
    const cue = event.target.closest?.(".tr-cue");
    if (cue) seek(Number(cue.dataset.start));
    if (event.target.closest?.("[data-example]")) bringIntoView(document.querySelector("#panel"));
  });

  function keepPlace() {
    const player = video();
    if (guard && !guard.player.isConnected) release();
    if (!player || drawnBefore.has(player)) return; // of another tab, perhaps
    drawnBefore.add(player);
    if (player.getAttribute("src") === place.source) player.currentTime = place.second;
  }

  // Gradio changes what is there in place, and so sets back what was written into it here.
  let restoring = false;

  function restore() {
    restoring = false;
    keepPlace();
    putBackMarks();
    showTime();
  }

  const drawn = new MutationObserver(() => {
    if (!restoring) requestAnimationFrame(restore);
    restoring = true;
    const link = document.querySelector(".clip[download]:not([data-followed])");
    if (link) {
      link.dataset.followed = "";
      link.click(); // the clip that was asked for is ready
    }
  });
  drawn.observe(document, {
    childList: true,
    characterData: true,
    attributeFilter: ["data-start", "href"],
    subtree: true,
  });
})();
