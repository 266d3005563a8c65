/* The header's language switch keeps the address one is at, filters and all. */
"use strict";
document.querySelector("a[data-language]").addEventListener("click", (event) => {
  event.preventDefault();
  const address = new URL(window.location.href);
  address.searchParams.set("lang", event.currentTarget.dataset.language);
  window.location.assign(address);
});

/* The pages' names stand right of the product's, however long that is. */
const brand = document.querySelector(".shell-brand");
const place = () => document.documentElement.style.setProperty("--nav-left", `${brand.offsetLeft + brand.offsetWidth + 14}px`);
place();
document.fonts.ready.then(place);

/* The framework says in its own way that the server is gone; ours is a bar that goes by itself. */
const lost = document.querySelector(".lost");
const GRACE_MS = 1500;
let timer = 0;
const isLost = () => ["PINGING_SERVER", "DISCONNECTED_FOREVER"].includes(document.querySelector(".stApp")?.dataset.testConnectionState);
function watchConnection() {
  if (!isLost()) {
    clearTimeout(timer);
    timer = 0;
    lost.hidden = true;
  } else if (!timer) timer = setTimeout(() => { lost.hidden = !isLost(); }, GRACE_MS);
}

/* Names of icons are not words, and what is read aloud is in the reader's language. */
const spoken = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim().replace(/^"|"$/g, "");
function nameControls() {
  for (const icon of document.querySelectorAll('[data-testid="stIconMaterial"]:not([aria-hidden])')) icon.setAttribute("aria-hidden", "true");
  document.querySelector('[data-testid="stSkipToContent"]:not([aria-label])')?.setAttribute("aria-label", spoken("--skip"));
  for (const button of document.querySelectorAll('[data-testid="stFileUploaderDropzone"] button:not([data-named])')) {
    button.dataset.named = "";
    button.setAttribute("aria-label", spoken("--browse"));
  }
}
new MutationObserver(() => { watchConnection(); nameControls(); }).observe(document.getElementById("root"), {
  subtree: true, childList: true, attributes: true, attributeFilter: ["data-test-connection-state"],
});
