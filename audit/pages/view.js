/* The audit view: while it is on, each number and each sentence held to a rule leads to its audit page. */
(function () {
  "use strict";
  var frame = document.querySelector(".audit-frame");
  if (!frame) return;
  var button = frame.querySelector("button"), note = frame.querySelector("p");
  var KEY = "audit-view";

  // A browser may refuse to remember, as some do for pages from a folder.
  function remembered() { try { return localStorage.getItem(KEY) === "on"; } catch (refused) { return false; } }
  function remember(on) { try { localStorage.setItem(KEY, on ? "on" : "off"); } catch (refused) { /* off next time */ } }

  function link(span) {
    if (span.closest("a") || span.querySelector("a")) return;
    var way = document.createElement("a");
    way.className = "audit-link";
    way.href = frame.dataset.audit + span.dataset.exhibit + ".html";
    while (span.firstChild) way.appendChild(span.firstChild);
    span.appendChild(way);
  }
  function unlink(way) {
    while (way.firstChild) way.parentNode.insertBefore(way.firstChild, way);
    way.remove();
  }
  function show(on) {
    button.setAttribute("aria-pressed", String(on));
    note.hidden = !on;
    document.documentElement.classList.toggle("audit-view", on);
    if (on) document.querySelectorAll("main span[id][data-exhibit]").forEach(link);
    else document.querySelectorAll("a.audit-link").forEach(unlink);
  }
  document.documentElement.classList.add("audit-ready");
  button.hidden = false;
  button.addEventListener("click", function () {
    var on = button.getAttribute("aria-pressed") !== "true";
    show(on);
    remember(on);
  });
  show(remembered());
})();
