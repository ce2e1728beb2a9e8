// Draws every table of questions on the page: in the report, and in the tab Analyse. Sorting and
// filtering happen here; a question that can be opened sends `openquestion` with its place, and a
// table that was drawn anew `questionsdrawn`.
(() => {
  "use strict";

  const RIGHT_IOU = 0.5; // as the filter's label says
  const PAGE = 100;
  const WORDS = new Intl.Collator();
  const AXIS = "on the time axis";
  const HEADS = ["gold", "visual", "textual", "answer"];
  const SHOWN = [
    "question", "video", "answer IoU", "visual IoU", "textual IoU", "change", "answer error", AXIS,
    "answer score", "visual score", "textual score", "visual error", "textual error", "notes",
  ];

  function clock(second) {
    const tenths = Math.round(second * 10);
    const minutes = Math.floor(tenths / 600);
    const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
    if (minutes < 60) return `${minutes}:${rest}`;
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
  }

  class Questions {
    constructor(section) {
      this.section = section;
      const { columns, rows, classes } = section.dataset;
      this.at = Object.fromEntries(JSON.parse(columns).map((name, place) => [name, place]));
      this.rows = JSON.parse(rows);
      this.rows.forEach((row, place) => (row.place = place));
      this.classes = JSON.parse(classes);
      this.opens = "opens" in section.dataset;
      this.notes = new Map();
      this.sorted = { column: "answer IoU", up: true };
      this.shown = PAGE;
      this.current = null;
      this.columns = SHOWN.filter((name) => this.isUsed(name));
      for (const name of ["data-rows", "data-columns"]) section.removeAttribute(name); // megabytes
      const wide = matchMedia("(min-width: 861px)").matches; // else filters fill a screen
      section.querySelector(".q-filters").open = wide;
    }

    isUsed(name) {
      if (name === "notes") return this.opens;
      return name !== "change" || this.rows.some((row) => row[this.at.change] !== null);
    }

    value(row, name) {
      if (name === "notes") return this.notes.get(row.place) ?? null;
      if (name.endsWith(" error")) return this.classes[row[this.at[name]]];
      return row[this.at[name]];
    }

    // ---- which rows, in which order ------------------------------------------------------------

    begin() {
      this.shown = PAGE;
      this.draw();
    }

    choose() {
      const words = this.section.querySelector(".q-search").value.trim().toLowerCase();
      const wanted = [...this.section.querySelectorAll("[data-filter]")]
        .filter((select) => select.value)
        .map((select) => [select.dataset.filter, select.value]);
      const kept = (row) =>
        wanted.every(([name, value]) => this.passes(row, name, value)) &&
        (!words || this.text(row).includes(words));
      return this.inOrder(this.rows.filter(kept));
    }

    passes(row, name, value) {
      if (name !== "predictors") return String(row[this.at[name]]) === value;
      const right = (head) => (row[this.at[`${head} IoU`]] ?? 0) >= RIGHT_IOU;
      const [visual, textual] = [right("visual"), right("textual")];
      return { visual: visual && !textual, textual: textual && !visual, both: !visual && !textual }[value];
    }

    text(row) {
      return ["question", "video", "notes"].map((name) => this.value(row, name) ?? "").join(" ").toLowerCase();
    }

    inOrder(rows) {
      const { column, up } = this.sorted;
      const key = (row) => {
        const value = column === AXIS ? row[this.at.gold][0] : this.value(row, column);
        return column === "change" ? -Math.abs(value) : value;
      };
      const order = (one, other) => {
        if (one === null || other === null) return (one === null) - (other === null);
        const way = typeof one === "string" ? WORDS.compare(one, other) : one - other;
        return up ? way : -way;
      };
      const keyed = rows.map((row) => [key(row), row]);
      return keyed.sort(([one], [other]) => order(one, other)).map(([, row]) => row);
    }

    // ---- drawing ---------------------------------------------------------------------------------

    draw() {
      this.found = this.choose();
      const table = this.section.querySelector(".q-rows");
      table.replaceChildren();
      const head = table.createTHead().insertRow();
      head.append(...this.columns.map((name) => this.heading(name)));
      const body = table.createTBody();
      for (const row of this.found.slice(0, this.shown)) body.append(this.line(row));
      const first = Math.min(this.shown, this.found.length);
      const part = first < this.found.length ? `; the first ${first} are shown` : "";
      this.section.querySelector(".q-count").textContent =
        `${this.found.length} of ${this.rows.length} questions${part}`;
      this.drawMore();
      this.section.dispatchEvent(new CustomEvent("questionsdrawn", { bubbles: true }));
    }

    heading(name) {
      const th = document.createElement("th");
      const button = document.createElement("button");
      const own = this.sorted.column === name;
      button.type = "button";
      button.textContent = name + (own ? (this.sorted.up ? " ▲" : " ▼") : "");
      th.scope = "col";
      th.ariaSort = own ? (this.sorted.up ? "ascending" : "descending") : "none";
      button.onclick = () => {
        this.sorted = { column: name, up: own ? !this.sorted.up : true };
        this.draw();
        this.section.querySelectorAll("thead button")[this.columns.indexOf(name)].focus();
      };
      th.append(button);
      return th;
    }

    line(row) {
      const tr = document.createElement("tr");
      tr.dataset.place = row.place;
      if (row.place === this.current) tr.ariaCurrent = "true";
      if (this.opens) {
        tr.className = "q-opens";
        tr.onclick = () => getSelection().isCollapsed && this.open(row); // else text was marked
      }
      for (const name of this.columns) {
        const td = tr.insertCell();
        td.dir = "auto";
        if (name === AXIS) td.append(this.axis(row));
        else if (name === "question" && this.opens) td.append(this.opener(row));
        else td.textContent = this.shownValue(row, name);
      }
      return tr;
    }

    shownValue(row, name) {
      const value = this.value(row, name);
      if (value === null) return name === "notes" ? "" : "-";
      if (typeof value !== "number") return value;
      return (name === "change" && value > 0 ? "+" : "") + value.toFixed(2);
    }

    opener(row) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "q-open";
      button.textContent = this.value(row, "question") || "(empty question)";
      return button; // its click reaches the row
    }

    axis(row) {
      const axis = document.createElement("span");
      const length = Math.max(row[this.at.duration], 0.001);
      const share = (second) => Math.min(100, Math.max(0, (100 * second) / length));
      axis.className = "axis";
      for (const name of HEADS) {
        const span = row[this.at[name]];
        if (!span) continue;
        const mark = document.createElement("i");
        mark.className = `is-${name}`;
        mark.title = `${name} ${clock(span[0])} to ${clock(span[1])}`;
        mark.style.left = `${share(span[0])}%`;
        mark.style.width = `${share(span[1]) - share(span[0])}%`;
        axis.append(mark);
      }
      return axis;
    }

    drawMore() {
      const more = this.section.querySelector(".q-more");
      const left = this.found.length - this.shown;
      more.replaceChildren();
      if (left <= 0) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `Show ${Math.min(PAGE, left)} more`;
      button.onclick = () => {
        const before = this.shown;
        this.shown += PAGE;
        this.draw();
        // Who uses keys goes on where the new rows begin.
        const first = this.section.querySelectorAll("tbody tr")[before];
        (first.querySelector("button") ?? more.querySelector("button"))?.focus();
      };
      more.append(button);
    }

    // ---- opening a question ------------------------------------------------------------------------

    open(row) {
      const detail = { place: row.place };
      this.section.dispatchEvent(new CustomEvent("openquestion", { bubbles: true, detail }));
    }

    step(by) {
      const now = this.found.findIndex((row) => row.place === this.current);
      const next = this.found[now + by];
      if (next) this.open(next);
    }

    mark(place) {
      this.current = place;
      for (const tr of this.section.querySelectorAll("tbody tr")) {
        tr.ariaCurrent = Number(tr.dataset.place) === place ? "true" : null;
      }
      const now = this.found.findIndex((row) => row.place === place);
      return { now: now + 1, count: this.found.length };
    }

    readNotes() {
      const written = document.querySelector("[data-notes]")?.dataset.notes ?? "[]";
      if (written === this.written) return;
      this.written = written;
      this.notes = new Map(JSON.parse(written));
      this.draw();
    }
  }

  const tables = new WeakMap();
  const begin = () => {
    for (const section of document.querySelectorAll(".questions[data-rows]")) {
      const questions = new Questions(section);
      tables.set(section, questions); // first: what it draws is told to whoever asks for it there
      questions.readNotes();
    }
  };
  window.mutualslQuestions = () => tables.get(document.querySelector(".questions"));
  begin();
  document.addEventListener("input", (event) => {
    if (event.target.closest?.(".q-controls")) tables.get(event.target.closest(".questions"))?.begin();
  });
  const redrawn = { childList: true, subtree: true, attributeFilter: ["data-rows"] };
  new MutationObserver(begin).observe(document, redrawn);
})();
