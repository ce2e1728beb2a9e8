// How fast videos play: chosen once, the same in every tab, kept when a player is drawn anew.
(() => {
  "use strict";

  let speed = 1;
  const ours = (element) => element.matches?.(".screen video[src]");

  function apply() {
    for (const player of document.querySelectorAll(".screen video[src]")) player.playbackRate = speed;
    for (const choice of document.querySelectorAll("[data-speed]")) choice.value = String(speed);
  }

  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-speed]")) return;
    speed = Number(event.target.value);
    apply();
  });
  document.addEventListener("loadedmetadata", (event) => ours(event.target) && apply(), true);
  document.addEventListener(
    "ratechange", // the browser's own menu
    (event) => {
      if (!ours(event.target) || event.target.readyState < 1) return;
      speed = event.target.playbackRate;
      apply();
    },
    true,
  );
})();
