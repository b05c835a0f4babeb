// The terminal takes keys only while it has the focus, and nobody should have to click into a page that is nothing else.
"use strict";
const field = () => document.querySelector(".xterm-helper-textarea");
const watching = new MutationObserver(() => {
  if (field()) {
    watching.disconnect();
    // a turn later: the terminal listens for the focus only once it stands
    setTimeout(() => field().focus(), 0);
  }
});
addEventListener("DOMContentLoaded", () => watching.observe(document.body, { childList: true, subtree: true }));
addEventListener("focus", () => field()?.focus());
