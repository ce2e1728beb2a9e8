// Cues: which one is spoken now, on the time axis and in the transcript; the evidence that is laid
// over the transcript, and its search.
(() => {
  "use strict";

  const part = window.mutualslShown;

  // ---- the current cue --------------------------------------------------------------------------

  const OVERLAPPING = 20; // as many may begin, and end, while one before them lasts

  // Of things in the order in which they begin, the last that has begun and not ended.
  function lasting(things, beginOf, endOf, at) {
    let [low, high] = [0, things.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (beginOf(things[middle]) <= at) low = middle + 1;
      else high = middle;
    }
    for (let place = low - 1; place >= Math.max(0, low - OVERLAPPING); place -= 1) {
      if (at < endOf(things[place])) return things[place];
    }
    return null;
  }

  const leftOf = (mark) => parseFloat(mark.style.left);
  const rightOf = (mark) => leftOf(mark) + parseFloat(mark.style.width);

  function showCue(percent) {
    const lane = part(".tl-cues");
    if (!lane) return;
    const mark = lasting(lane.children, leftOf, rightOf, percent);
    const current = lane.querySelector(".is-current");
    if (current !== mark) {
      current?.classList.remove("is-current");
      mark?.classList.add("is-current");
    }
    const said = part(".tl-said");
    const text = mark?.title ?? "";
    if (said && said.textContent !== text) said.textContent = text;
  }

  document.addEventListener("time-shown", ({ detail: player }) => {
    const axis = part(".tl-track:has(.tl-playhead)");
    showCue((100 * player.currentTime) / Number(axis.dataset.duration));
    followTranscript(player);
  });

  // ---- the transcript ---------------------------------------------------------------------------

  let list = { element: null, rows: [], current: null };
  let laidOver = "{}"; // the evidence that is laid over it: none

  function rowsOf(element) {
    if (list.element !== element) {
      const rows = [...(element?.querySelectorAll(".tr-cue") ?? [])];
      list = { element, rows, current: element?.querySelector("[aria-current]") ?? null };
    }
    return list;
  }

  function followTranscript(player) {
    const element = part(".tr-cues");
    if (!element) return;
    rowsOf(element);
    const second = player.currentTime + 0.001;
    const [beginOf, endOf] = ["start", "end"].map((edge) => (each) => Number(each.dataset[edge]));
    const row = lasting(list.rows, beginOf, endOf, second);
    if (row === list.current && (!row || row.hasAttribute("aria-current"))) return;
    list.current?.removeAttribute("aria-current");
    row?.setAttribute("aria-current", "time");
    list.current = row;
    if (row && !player.paused) scrollTo(element, row);
  }

  let wanted = null; // the row that is to be in view, until the reader scrolls

  // Only of a list in view does the browser know how tall it is.
  const comesIntoView = new IntersectionObserver((changes) => {
    const { isIntersecting, target } = changes.at(-1);
    if (isIntersecting) approach(target, wanted);
  });

  function scrollTo(element, row) {
    wanted = row;
    comesIntoView.disconnect();
    comesIntoView.observe(element);
  }

  function leave({ target }) {
    if (target.closest?.(".tr-cues")) wanted = null;
  }
  for (const type of ["wheel", "touchmove", "pointerdown", "focusin"]) {
    document.addEventListener(type, leave, { passive: true });
  }

  const TRIES = 10;

  // The browser guesses how tall the parts are that it has not drawn yet; those on the way to the
  // row turn out taller or not, so it is looked at again once they are drawn.
  function approach(element, row, tries = TRIES) {
    if (!row?.isConnected || row !== wanted || row.closest("[hidden]")) return;
    const [list, own] = [element.getBoundingClientRect(), row.getBoundingClientRect()];
    const there = own.top >= list.top && own.bottom <= list.bottom;
    if (!there || tries === TRIES) {
      element.scrollTop += own.top - list.top - element.clientHeight / 3;
    }
    if (tries) requestAnimationFrame(() => approach(element, row, tries - 1));
  }

  function layEvidence() {
    const element = document.querySelector("#transcript .tr-cues");
    const source = document.querySelector("#evidence [data-evidence]");
    const found = source?.dataset.evidence ?? "{}";
    const { rows } = rowsOf(element);
    if (!element || laidOver === found) return;
    laidOver = found;
    const heads = JSON.parse(found);
    ["visual", "textual"].forEach((head, number) => {
      const found = heads[head];
      const most = found ? Math.max(1, ...found.start, ...found.end) : 1;
      rows.forEach((row, i) => {
        const [start, end] = [found?.start[i] ?? 0, found?.end[i] ?? 0];
        const bars = row.firstElementChild.children;
        bars[2 * number].style.opacity = start / most;
        bars[2 * number + 1].style.opacity = end / most;
        const inside = found && row.dataset.start < found.span[1] && row.dataset.end > found.span[0];
        row.classList.toggle(`in-${head}`, Boolean(inside));
      });
    });
    rows.forEach((row, i) => {
      const said = Object.entries(heads).map(
        ([head, found]) => `${head}: starts ${found.start[i] / 10} %, ends ${found.end[i] / 10} %`,
      );
      row.title = said.join("; ");
    });
    const first = rows.find((row) => row.matches(".in-visual, .in-textual"));
    if (first) scrollTo(element, first);
    else wanted = null; // that of the answer before, or of another video
  }

  function search(field) {
    const words = field.value.trim().toLowerCase();
    const element = field.closest(".tr");
    const rows = element.querySelectorAll(".tr-cue");
    let count = 0;
    for (const row of rows) {
      const found = !words || row.lastElementChild.textContent.toLowerCase().includes(words);
      row.parentElement.hidden = !found;
      count += found;
    }
    for (const some of element.querySelector(".tr-cues").children) {
      const shown = some.querySelectorAll(":scope > li:not([hidden])").length;
      some.style.setProperty("--rows", shown);
      some.hidden = !shown;
    }
    element.querySelector(".tr-count").textContent = words ? `${count} of ${rows.length}` : "";
  }

  const searched = new WeakMap(); // a field, and which transcript its words are for
  const transcriptOf = (field) => field.closest(".tr").dataset.of;

  document.addEventListener("input", ({ target }) => {
    if (!target.matches?.(".tr-search")) return;
    searched.set(target, transcriptOf(target));
    search(target);
  });

  function searchAgain(field) {
    if (searched.get(field) !== transcriptOf(field)) field.value = "";
    search(field);
  }

  // Gradio changes what is there in place, and so sets back what was written into it here; what was
  // typed into a field stays, though the transcript may be another now.
  let [waiting, redrawn] = [false, false];
  const drawn = new MutationObserver((records) => {
    const within = ({ target }) =>
      target.matches?.(".tr") || target.parentElement?.closest(".tr-cues");
    if (records.some(within)) {
      list = { element: null, rows: [], current: null };
      laidOver = null;
      redrawn = true;
    }
    if (!waiting) {
      requestAnimationFrame(() => {
        if (redrawn) document.querySelectorAll(".tr-search").forEach(searchAgain);
        waiting = redrawn = false;
        layEvidence();
      });
    }
    waiting = true;
  });
  drawn.observe(document, {
    childList: true,
    characterData: true,
    attributeFilter: ["data-evidence", "data-start", "data-of"],
    subtree: true,
  });
})();
