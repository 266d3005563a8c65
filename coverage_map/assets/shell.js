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
