/* What a page does besides standing there: it refreshes without jumping, and arrows move within the grid.
   Without this script every page works, and the first one reloads itself each minute. */
"use strict";

(() => {
  const seconds = Number(document.body.dataset.refresh);
  const stale = document.querySelector("#stale p");
  let waiting = 0;

  /* On a telephone the places are a row that moves; the present one is within it. */
  const place = document.querySelector(".head nav [aria-current]");
  const row = place && place.parentElement;
  if (row && place.offsetLeft + place.offsetWidth > row.clientWidth) row.scrollLeft = place.offsetLeft - row.clientWidth / 2;

  /* What a link or a button is known by, so that it is found again in the new content. */
  function named(one) {
    return one.getAttribute("href") || (one.form && one.form.getAttribute("action") + one.value);
  }

  /* Whether somebody has begun to write there, or has chosen a file: neither is taken away from under the hand. */
  function written(place) {
    return [...place.querySelectorAll("input, textarea, select")].some((field) => {
      if (field.type === "file") return field.files.length > 0;
      if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
      if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
      return field.value !== field.defaultValue;
    });
  }

  /* Put the new content in place of the old, region by region; what is the same is left alone. */
  function replace(fresh) {
    for (const region of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(region.id);
      /* What the reader has opened is not closed under the hand. */
      if (!other || other.innerHTML === region.innerHTML || region.querySelector("details[open]") || written(region)) continue;
      const active = region.contains(document.activeElement) ? document.activeElement : null;
      const place = active && named(active);
      region.className = other.className;
      for (const name of Object.keys(other.dataset)) region.dataset[name] = other.dataset[name];
      region.replaceChildren(...other.childNodes);
      if (place) {
        const again = [...region.querySelectorAll("a, button")].find((one) => named(one) === place);
        if (again) again.focus({ preventScroll: true });
      }
    }
    if (stale) stale.textContent = fresh.querySelector("#stale p").textContent;
    document.title = fresh.title;
    rove();
    ring();
  }

  async function refresh() {
    clearTimeout(waiting);
    try {
      const answer = await fetch(location.href, { signal: AbortSignal.timeout(10000) });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const regions = (page) => [...page.querySelectorAll("[data-live]")].map((region) => region.id).join();
      /* A page of another shape (the first round is done) is loaded as a whole; but that would end the ringing. */
      if (answer.redirected || (regions(fresh) !== regions(document) && !sound && !written(document))) return location.reload();
      replace(fresh);
      if (stale) stale.hidden = true;
    } catch {
      if (stale) stale.hidden = false;
    }
    waiting = setTimeout(refresh, pause());
  }

  /* Out of sight the title still counts, and what rings rings. */
  function pause() {
    return 1000 * (document.hidden && !sound ? 60 : seconds);
  }

  /* A sound and a notification for an alert that nobody has and that was not there before. Off until somebody asks. */
  const calls = document.getElementById("calls");
  const button = document.querySelector("[data-ring]");
  let sound = null;
  let newest = calls ? Number(calls.dataset.newest) : 0;

  function beep() {
    for (const [at, pitch] of [[0, 880], [0.25, 660], [0.5, 880]]) {
      const tone = sound.createOscillator();
      const loud = sound.createGain();
      tone.frequency.value = pitch;
      loud.gain.value = 0.2;
      tone.connect(loud).connect(sound.destination);
      tone.start(sound.currentTime + at);
      tone.stop(sound.currentTime + at + 0.2);
    }
  }

  function ring() {
    const last = newest;
    if (calls) newest = Math.max(last, Number(calls.dataset.newest));
    if (!sound || newest <= last) return;
    beep();
    if (window.Notification && Notification.permission === "granted") {
      /* Some telephones have the name and refuse to do it; the sound is there all the same. */
      try { new Notification(calls.textContent, { tag: "alerts" }); } catch { /* nothing more to do */ }
    }
  }

  if (button && calls && window.AudioContext) {
    button.hidden = false;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      if (sound) {
        sound.close();
        sound = null;
      } else {
        sound = new AudioContext();
        beep();
        if (window.Notification && Notification.permission === "default") Notification.requestPermission();
      }
      button.setAttribute("aria-pressed", String(Boolean(sound)));
      button.textContent = sound ? button.dataset.on : button.dataset.off;
    });
  }

  if (seconds) {
    waiting = setTimeout(refresh, seconds * 1000);
    document.addEventListener("visibilitychange", () => {
      clearTimeout(waiting);
      if (document.hidden) waiting = setTimeout(refresh, pause());
      else refresh();
    });
  }

  /* One stop of the tabulator for the whole grid; from there the arrows move. */
  function links() {
    return [...document.querySelectorAll(".grid tbody td a")];
  }

  function rove(to) {
    const all = links();
    const stop = to || all.find((a) => a === document.activeElement) || all[0];
    for (const link of all) link.tabIndex = link === stop ? 0 : -1;
    if (to) to.focus();
  }

  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest && event.target.closest(".grid tbody td");
    const step = steps[event.key];
    if (!cell || !step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const rows = [...document.querySelectorAll(".grid tbody tr")];
    let row = rows.indexOf(cell.parentElement);
    let column = cell.cellIndex;
    /* Over what is no link (a missed round, a site's heading) to the next that is one. */
    for (;;) {
      row += step[0];
      column += step[1];
      if (!rows[row] || column < 1 || (step[1] && !rows[row].cells[column])) return;
      const link = rows[row].cells[column] && rows[row].cells[column].querySelector("a");
      if (link) return rove(link);
    }
  });
  rove();
})();
