// The offset of the subtitles is answered for when it is set, with the keyboard too, and once:
// Gradio's slider says so at every release of the mouse and whenever its number field is left.
(() => {
  "use strict";

  const STILL_MS = 400; // keys that follow one another more quickly are one change
  let changed = false; // since it was last answered for
  let timer = null;

  const isOffset = (event) => event.target.matches?.("#offset input");

  document.addEventListener("input", (event) => {
    if (isOffset(event)) changed = true;
  });

  function once(event) {
    if (!isOffset(event) || (event.type === "blur" && event.target.type === "range")) return;
    if (!changed) event.stopPropagation();
    changed = false;
    clearTimeout(timer);
  }
  // Gradio does so too, but only when the field is left, and refuses what Enter alone would send.
  function keepInside(field) {
    const { value, min, max } = field;
    const inside = Math.min(Math.max(Number(value), Number(min)), Number(max)); // 0 if it is empty
    if (value !== "" && Number(value) === inside) return;
    field.value = inside;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  for (const type of ["pointerup", "blur"]) document.addEventListener(type, once, true);

  document.addEventListener("change", (event) => {
    if (!isOffset(event)) return;
    keepInside(event.target);
    const released = () => event.target.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
    clearTimeout(timer);
    timer = setTimeout(() => changed && released(), STILL_MS);
  });
})();
