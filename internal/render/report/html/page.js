"use strict";
(function () {
  var form = document.querySelector(".filter");
  var rows = Array.from(document.querySelectorAll(".row"));
  var groups = Array.from(document.querySelectorAll(".changes"));
  var boxes = Array.from(document.querySelectorAll("svg a"));
  if (rows.length > 1) form.hidden = false;

  var off = new Set();
  var names = new Map(groups.map(function (g) { return [g.dataset.group, g.dataset.mood]; }));
  names.forEach(function (mood, name) {
    var chip = document.createElement("button");
    chip.type = "button";
    chip.className = mood;
    chip.textContent = name;
    chip.setAttribute("aria-pressed", "true");
    chip.addEventListener("click", function () {
      if (off.has(name)) off.delete(name); else off.add(name);
      chip.setAttribute("aria-pressed", String(!off.has(name)));
      show();
    });
    if (names.size > 1) form.querySelector(".chips").append(chip);
  });

  function show() {
    var words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0, hidden = new Set();
    groups.forEach(function (group) {
      var some = false;
      group.querySelectorAll(".row").forEach(function (row) {
        var text = row.textContent.toLowerCase();
        var fits = !off.has(group.dataset.group) && words.every(function (w) { return text.includes(w); });
        row.hidden = !fits;
        some = some || fits;
        if (fits) shown++; else hidden.add("#" + row.id);
      });
      group.hidden = !some;
    });
    boxes.forEach(function (a) { a.firstElementChild.classList.toggle("away", hidden.has(a.getAttribute("href"))); });
    form.querySelector("output").textContent = shown === rows.length ? rows.length + " changes" : shown + " of " + rows.length;
  }
  form.elements.text.addEventListener("input", show);
  form.addEventListener("submit", function (e) { e.preventDefault(); });
  document.addEventListener("keydown", function (e) {
    if (e.key === "/" && document.activeElement !== form.elements.text && !form.hidden) {
      e.preventDefault();
      form.elements.text.focus();
    }
    if (e.key === "Escape" && document.activeElement === form.elements.text) {
      form.elements.text.value = "";
      show();
    }
  });
  boxes.forEach(function (a) {
    a.addEventListener("click", function () {
      var row = document.getElementById(a.getAttribute("href").slice(1));
      if (row) row.open = true;
    });
  });
  show();
})();
