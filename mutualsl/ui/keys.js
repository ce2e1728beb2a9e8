// Which keys are free for the page: all that the element with the focus has no use for itself.
(() => {
  "use strict";

  const TAKES_ALL =
    "textarea, select, dialog, [contenteditable], [role=combobox], [role=listbox] *," +
    " input:not([type=checkbox], [type=button], [type=submit], [type=file])";
  const TAKES_ARROWS = "video, [role=tab], .q-scroll, .wide";
  const TAKES_PRESSES = "video, button, a, summary, input, [role=button], [role=tab]";

  window.mutualslKeyIsFree = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
    const takes = (elements) => event.target.closest?.(elements);
    if (takes(TAKES_ALL)) return false;
    if (event.key === " " || event.key === "Enter") return !takes(TAKES_PRESSES);
    return !event.key.startsWith("Arrow") || !takes(TAKES_ARROWS);
  };
})();
