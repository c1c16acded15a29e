// What the pages do in the browser beyond links and forms. Everything works without it, too.
"use strict";

// A page that keeps itself fresh: the server says that something changed, htmx asks for it again.
// Only while the tab is looked at: a browser opens six lines to one server, and each stream is one.
(function () {
  let stream = null;
  let pressed = false; // between pressing and letting go, what is under the finger must stay
  let focused = null;
  let opened = [];

  // What was unfolded stays so, whatever figure its line tells by then.
  function fold(one) {
    const card = one.closest("section");
    const head = card && card.querySelector("h2");
    return ((head && head.textContent) + "|" + one.querySelector("summary").textContent).replace(/[0-9]+/g, "");
  }

  function busy() {
    const area = document.getElementById("live");
    const inside = document.activeElement;
    const typing = inside && area && area.contains(inside) && inside.matches("input, select, textarea");
    // What somebody has begun to write stays theirs, also while they look elsewhere.
    const begun = area && Array.from(area.querySelectorAll("input:not([type=hidden]), textarea")).some(function (one) {
      return one.value !== one.defaultValue;
    });
    return pressed || typing || begun || document.querySelector(".working") || (window.getSelection && String(window.getSelection()) !== "");
  }

  function ask() {
    const area = document.querySelector("[data-live]");
    if (area && !busy()) window.htmx.trigger(area, "news");
  }

  function open() {
    if (stream || document.hidden || !document.querySelector("[data-live]")) return;
    stream = new EventSource("/live");
    stream.addEventListener("changed", function (event) {
      const area = document.querySelector("[data-live]");
      if (area && area.dataset.live !== event.data) ask(); // else the page is as new as that
    });
    stream.addEventListener("error", function () {
      if (stream && stream.readyState === EventSource.CLOSED) { shut(); setTimeout(open, 60000); }
    });
  }

  function shut() {
    if (stream) { stream.close(); stream = null; }
  }

  document.addEventListener("pointerdown", function () { pressed = true; }, true);
  ["pointerup", "pointercancel"].forEach(function (name) {
    // The click comes after: a page that is on its way out needs no news.
    document.addEventListener(name, function () { setTimeout(function () { pressed = false; }, 300); }, true);
  });
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) { shut(); } else { ask(); open(); }
  });
  window.addEventListener("pagehide", shut);
  open();
  // Signed out meanwhile: the answer is the door, which has no such part.
  document.addEventListener("htmx:beforeSwap", function (event) {
    const asked = event.detail.xhr.responseURL;
    if (asked && new URL(asked).pathname === "/sign-in") {
      event.detail.shouldSwap = false;
      window.location.reload();
    } else if (event.detail.target && event.detail.target.id === "live") {
      if (busy()) { event.detail.shouldSwap = false; setTimeout(ask, 2000); }
      const inside = document.activeElement;
      focused = inside && event.detail.target.contains(inside) ? inside.getAttribute("href") : null;
      opened = Array.from(event.detail.target.querySelectorAll("details[open]")).map(fold);
    }
  });
  // Whoever goes through the page by keys stays where they were.
  document.addEventListener("htmx:afterSettle", function () {
    document.querySelectorAll("#live details:not([open])").forEach(function (one) {
      if (opened.includes(fold(one))) one.open = true;
    });
    opened = [];
    if (focused === null) return;
    const same = document.querySelector("#live a[href='" + focused.replace(/['\\]/g, "\\$&") + "']");
    if (same) same.focus({ preventScroll: true });
    focused = null;
  });
})();

// A plot of each table that asks for one: the figures are the table's own.
(function () {
  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function draw(table) {
    const columns = [[]];
    table.querySelectorAll("tbody tr").forEach(function (row) {
      columns[0].push(Number(row.querySelector("time").dataset.at));
      row.querySelectorAll("[data-value]").forEach(function (cell, index) {
        (columns[index + 1] = columns[index + 1] || []).push(
          cell.dataset.value === "" ? null : Number(cell.dataset.value));
      });
    });
    const inks = ["--link", "--bar-unknown", "--bar-fail", "--bar-pass"];
    const dashes = [[], [8, 4], [2, 3], [12, 3, 2, 3]]; // told apart without colour, too
    const names = Array.from(table.querySelectorAll("thead th")).slice(1).map(function (one) { return one.textContent; });
    const box = document.createElement("div");
    box.className = "plot";
    box.setAttribute("aria-hidden", "true");
    table.dataset.drawn = "yes";
    table.closest("details").before(box);
    const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang; // day before month, as the page has it
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
    const plot = new window.uPlot({
      width: box.clientWidth, height: 220, legend: { live: true },
      scales: { y: { range: [Number(table.dataset.bottom || 0), Number(table.dataset.top || 100)] } },
      series: [{ label: table.querySelector("thead th").textContent, value: function (_, at) { return at === null ? "–" : new Date(at * 1000).toLocaleString(language); } }].concat(
        names.map(function (name, index) {
          return { label: name, stroke: colour(inks[index % 4]), width: 1.5, dash: dashes[index % 4], points: { show: columns[0].length < 40 },
            value: function (_, figure) { return figure === null ? "–" : figure.toLocaleString(language, { maximumFractionDigits: 1 }) + (table.dataset.unit || ""); } };
        })),
      axes: [Object.assign({ values: function (_, ats) {
        const long = ats.length > 1 && ats[1] - ats[0] >= 86400;
        return ats.map(function (at) {
          const day = new Date(at * 1000);
          return long ? day.toLocaleDateString(language, { day: "numeric", month: "numeric" }) : day.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
        });
      } }, axis), Object.assign({ size: 56, values: function (_, figures) { return figures.map(function (one) { return one.toLocaleString(language) + (table.dataset.axis ?? table.dataset.unit ?? ""); }); } }, axis)],
    }, columns, box);
    new ResizeObserver(function () { plot.setSize({ width: box.clientWidth, height: 220 }); }).observe(box);
  }

  function drawn() {
    if (window.uPlot) document.querySelectorAll("table[data-plot]:not([data-drawn])").forEach(draw);
  }
  document.addEventListener("htmx:afterSettle", drawn); // a page that refreshed itself brings bare tables
  drawn();
})();

// Work that takes a while says so, and for how long, until it is done: a paper, a search, a sending.
(function () {
  function begin(form) {
    const note = document.createElement("p");
    note.className = "working";
    note.setAttribute("role", "status");
    const bar = document.createElement("progress");
    bar.setAttribute("aria-hidden", "true");
    const spent = document.createElement("span");
    spent.setAttribute("aria-hidden", "true"); // read aloud once, not every second
    note.append(bar, document.body.dataset.working, spent);
    form.append(note);
    form.dataset.busy = "yes";
    const began = Date.now();
    const timer = setInterval(function () {
      spent.textContent = " " + Math.round((Date.now() - began) / 1000) + " s";
    }, 1000);
    return function () { clearInterval(timer); note.remove(); delete form.dataset.busy; };
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
  }

  // The page stays where a file comes: only a request of our own tells when it is there.
  function fetched(form, button) {
    const body = new URLSearchParams(new FormData(form));
    if (button && button.name) body.append(button.name, button.value);
    const there = (button && button.getAttribute("formaction")) || form.getAttribute("action");
    return fetch(there, { method: "POST", body: body }).then(function (answer) {
      const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") || "");
      if (!answer.ok || !name) throw new Error("no file");
      return answer.blob().then(function (blob) { save(blob, name[1]); });
    });
  }

  document.addEventListener("submit", function (event) {
    const form = event.target;
    const button = event.submitter;
    if (!("works" in form.dataset)) return;
    if (form.dataset.busy) { event.preventDefault(); return; } // pressed twice is asked once
    const end = begin(form);
    if (form.dataset.works !== "file") return;
    event.preventDefault();
    fetched(form, button).then(end, function () {
      end();
      delete form.dataset.works; // asked as a page, the answer says in words why there is no file
      form.requestSubmit(button);
    });
  });
  // Back on a page that the browser had kept: the work is over.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted && document.querySelector(".working")) window.location.reload();
  });
})();
