/* Keys for who sits at a desk; every one does what a link or a button of the page does. None while typing. */
"use strict";

(() => {
  const dialog = document.getElementById("keys");
  let before = "";
  let cleared = 0;

  function items() {
    return [...document.querySelectorAll("[data-item]")].filter((item) => item.querySelector("a, button"));
  }

  /* The item in which the reader stands: by the focus, or the only one of the page. */
  function here() {
    const focused = document.activeElement && document.activeElement.closest("[data-item]");
    const all = items();
    return focused || (all.length === 1 ? all[0] : null);
  }

  function move(by) {
    const all = items();
    if (!all.length) return;
    const at = all.indexOf(here());
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
    const stop = next.querySelector("a") || next.querySelector("button");
    stop.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function take() {
    const item = here();
    const form = item && item.querySelector("form[data-key=take]");
    if (form) form.requestSubmit();
  }

  /* On the alert's own page its field is opened; in a list the page is, at that field. */
  function open(name) {
    const field = document.querySelector(`details[data-key=${name}]`);
    if (field) {
      field.open = true;
      const stop = field.querySelector("[data-focus]");
      if (stop) stop.focus();
      return;
    }
    const link = here() && here().querySelector("a[href^='/alerts/']");
    if (link) location.href = `${link.getAttribute("href")}#${name}`;
  }

  function search() {
    const field = document.querySelector("[data-key=search]");
    if (field) field.focus();
    else location.href = "/alerts#q";
  }

  const keys = {
    "/": search,
    j: () => move(1),
    k: () => move(-1),
    a: take,
    s: () => open("snooze"),
    n: () => open("note"),
    "?": () => dialog.showModal(),
  };
  const places = { t: "/", a: "/alerts", i: "/incidents" };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
    clearTimeout(cleared);
    const first = before;
    before = "";
    if (first === "g" && places[event.key]) {
      event.preventDefault();
      location.href = places[event.key];
    } else if (event.key === "g") {
      before = "g";
      cleared = setTimeout(() => (before = ""), 1500);
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  /* Whoever came by such a link finds the field open. */
  const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (named && named.matches("details")) open(named.dataset.key || "note");
  else if (named && named.matches("[data-key=search]")) named.focus();
})();
