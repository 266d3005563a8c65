/* The header's language switch keeps the address one is at, filters and all. */
"use strict";
document.querySelector("a[data-language]").addEventListener("click", (event) => {
  event.preventDefault();
  const address = new URL(window.location.href);
  address.searchParams.set("lang", event.currentTarget.dataset.language);
  window.location.assign(address);
});
