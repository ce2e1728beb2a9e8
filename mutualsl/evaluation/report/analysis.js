"use strict";
const [QUESTION, VIDEO, DURATION, GOLD, VISUAL, TEXTUAL, ANSWER, VISUAL_IOU, TEXTUAL_IOU, ANSWER_IOU, ERROR] =
  Array.from({ length: 11 }, (_, i) => i);
const RIGHT = 0.5;
const PAGE = 200;
const rows = JSON.parse(document.getElementById("data").textContent);
const columns = [
  ["question", QUESTION], ["video", VIDEO], ["visual IoU", VISUAL_IOU], ["textual IoU", TEXTUAL_IOU],
  ["answer IoU", ANSWER_IOU], ["answer is", ERROR], ["on the time axis", null], ["gold", GOLD], ["answer", ANSWER],
];
const by = (id) => document.getElementById(id);
let sorted = { column: ANSWER_IOU, up: true };
let shown = PAGE;

function clock(second) {
  const tenths = Math.round(second * 10);
  return `${Math.floor(tenths / 600)}:${String(Math.floor((tenths % 600) / 10)).padStart(2, "0")}.${tenths % 10}`;
}

function cell(row, index) {
  const td = document.createElement("td");
  const value = index === null ? null : row[index];
  if (index === null) {
    const axis = document.createElement("span");
    axis.className = "axis";
    for (const [name, place] of [["gold", GOLD], ["visual", VISUAL], ["textual", TEXTUAL], ["answer", ANSWER]]) {
      if (!row[place]) continue;
      const mark = document.createElement("i");
      const length = Math.max(row[DURATION], 0.001);
      mark.className = name;
      mark.title = `${name} ${clock(row[place][0])} to ${clock(row[place][1])}`;
      mark.style.left = `${(100 * row[place][0]) / length}%`;
      mark.style.width = `${(100 * (row[place][1] - row[place][0])) / length}%`;
      axis.append(mark);
    }
    td.append(axis);
  } else if (value === null) td.textContent = "-";
  else if (Array.isArray(value)) td.textContent = `${clock(value[0])} to ${clock(value[1])}`;
  else td.textContent = typeof value === "number" ? value.toFixed(2) : value;
  return td;
}

function kept(row) {
  const text = by("search").value.trim().toLowerCase();
  const visual = row[VISUAL_IOU] !== null && row[VISUAL_IOU] >= RIGHT;
  const textual = row[TEXTUAL_IOU] !== null && row[TEXTUAL_IOU] >= RIGHT;
  const heads = { "": true, visual: visual && !textual, textual: textual && !visual, both: !visual && !textual };
  return heads[by("heads").value]
    && (!by("error").value || row[ERROR] === by("error").value)
    && (!text || `${row[QUESTION]} ${row[VIDEO]}`.toLowerCase().includes(text));
}

function compare(a, b) {
  const [one, other] = [a[sorted.column], b[sorted.column]];
  if (one === null || other === null) return (one === null) - (other === null);
  const order = typeof one === "string" ? one.localeCompare(other) : Array.isArray(one) ? one[0] - other[0] : one - other;
  return sorted.up ? order : -order;
}

function draw() {
  const found = rows.filter(kept).sort(compare);
  const table = by("rows");
  table.replaceChildren();
  const head = table.createTHead().insertRow();
  for (const [name, index] of columns) {
    const th = document.createElement("th");
    if (index === null) th.textContent = name;
    else {
      const button = document.createElement("button");
      button.textContent = name + (sorted.column === index ? (sorted.up ? " ▲" : " ▼") : "");
      th.ariaSort = sorted.column === index ? (sorted.up ? "ascending" : "descending") : "none";
      button.onclick = () => {
        sorted = { column: index, up: sorted.column === index ? !sorted.up : true };
        draw();
      };
      th.append(button);
    }
    head.append(th);
  }
  const body = table.createTBody();
  for (const row of found.slice(0, shown)) {
    const tr = body.insertRow();
    for (const [, index] of columns) tr.append(cell(row, index));
  }
  by("count").textContent = `${found.length} of ${rows.length} questions`;
  if (found.length > shown) {
    const more = document.createElement("button");
    more.textContent = `Show ${Math.min(PAGE, found.length - shown)} more`;
    more.onclick = () => { shown += PAGE; draw(); };
    by("count").append(" ", more);
  }
}

for (const id of ["search", "error", "heads"]) by(id).addEventListener("input", () => { shown = PAGE; draw(); });
draw();
