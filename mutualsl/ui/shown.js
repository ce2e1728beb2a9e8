// Of the parts that several tabs have, the one in the tab that is shown; null where none is.
window.mutualslShown = (selector) =>
  [...document.querySelectorAll(selector)].find((each) => each.getClientRects().length) ?? null;
