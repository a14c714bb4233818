/* On a narrow screen the list of chapters is collapsed. Without this script it stays open. */
(function () {
  "use strict";
  var list = document.querySelector("details.chapters");
  var narrow = window.matchMedia("(max-width: 48rem)");
  function fit() { list.open = !narrow.matches; }
  if (list) { fit(); narrow.addEventListener("change", fit); }
})();
/* Tabs: arrow keys move between them, tabs of one group move together. Without this script every tab shows. */
(function () {
  "use strict";
  document.documentElement.classList.add("scripted");

  function choose(tab) {
    var set = tab.closest(".panel-tabset");
    var tabs = own(set, "[role=tab]"), panes = own(set, ".tab-pane");
    tabs.forEach(function (other, at) {
      var active = other === tab;
      other.classList.toggle("active", active);
      other.setAttribute("aria-selected", String(active));
      other.tabIndex = active ? 0 : -1;
      panes[at].classList.toggle("active", active);
    });
  }
  function own(set, what) {
    return Array.prototype.filter.call(set.querySelectorAll(what), function (found) {
      return found.closest(".panel-tabset") === set;
    });
  }
  function follow(tab) {
    choose(tab);
    var group = tab.closest(".panel-tabset").dataset.group;
    if (!group) return;
    document.querySelectorAll('.panel-tabset[data-group="' + group + '"]').forEach(function (set) {
      own(set, "[role=tab]").forEach(function (other) {
        if (other.textContent === tab.textContent) choose(other);
      });
    });
  }
  document.querySelectorAll("[role=tab]").forEach(function (tab) {
    tab.addEventListener("click", function (event) { event.preventDefault(); follow(tab); });
    tab.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      var tabs = own(tab.closest(".panel-tabset"), "[role=tab]");
      var next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
      follow(next);
      next.focus();
    });
  });
})();
/* A table wider than its container announces that it continues. */
(function () {
  "use strict";
  var boxes = document.querySelectorAll("[data-scroll]");
  function look() {
    boxes.forEach(function (box) { box.classList.toggle("scrolls", box.scrollWidth > box.clientWidth + 1); });
  }
  look();
  window.addEventListener("resize", look);
})();
/* Show the keyboard shortcut for the reader's system. */
(function () {
  "use strict";
  var platform = navigator.platform || "";
  var system = /Mac|iPhone|iPad/.test(platform) ? "mac" : /Linux|X11/.test(platform) ? "linux" : "windows";
  document.querySelectorAll("kbd[title]").forEach(function (keys) {
    var own = keys.dataset[system];
    if (!own) return;
    keys.textContent = own;
    if (keys.nextElementSibling) keys.nextElementSibling.textContent = own;
  });
})();
