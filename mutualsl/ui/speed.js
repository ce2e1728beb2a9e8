// How fast the video plays: chosen once, kept when the player is drawn anew.
(() => {
  "use strict";

  let speed = 1;
  const video = () => document.querySelector("#player video[src]");

  function apply() {
    const [player, choice] = [video(), document.querySelector("[data-speed]")];
    if (player) player.playbackRate = speed;
    if (choice) choice.value = String(speed);
  }

  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-speed]")) return;
    speed = Number(event.target.value);
    apply();
  });
  document.addEventListener("loadedmetadata", (event) => event.target === video() && apply(), true);
  document.addEventListener(
    "ratechange", // the browser's own menu
    (event) => {
      if (event.target !== video() || event.target.readyState < 1) return;
      speed = event.target.playbackRate;
      apply();
    },
    true,
  );
})();
