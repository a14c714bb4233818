/* The index of exhibits: search, filters and sorting. Without this script the table stands whole. */
(function () {
  "use strict";
  var form = document.querySelector(".filters"), told = document.querySelector(".found");
  var table = document.getElementById("exhibits"), body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var FIELDS = ["q", "kind", "chapter", "data", "function"];

  function fold(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  var words = rows.map(function (row) { return fold(row.textContent); });

  function filter() {
    var asked = fold(form.elements.q.value).split(/\s+/).filter(Boolean), count = 0;
    rows.forEach(function (row, at) {
      var fits = asked.every(function (word) { return words[at].indexOf(word) >= 0; }) &&
        FIELDS.slice(1).every(function (name) {
          var value = form.elements[name].value;
          return !value || row.dataset[name].split(" ").indexOf(value) >= 0;
        });
      row.hidden = !fits;
      count += fits;
    });
    told.textContent = count + " of " + rows.length + " exhibits";
  }
  function remember() {
    var kept = new URLSearchParams();
    FIELDS.forEach(function (name) {
      if (form.elements[name].value) kept.set(name, form.elements[name].value);
    });
    var query = kept.toString();
    // A browser may refuse this for a page from a folder; the filter works all the same.
    try { history.replaceState(null, "", query ? "?" + query : location.pathname); } catch (refused) { return; }
  }
  function value(row, column) {
    var cell = row.cells[column];
    return cell.dataset.sort === undefined ? fold(cell.textContent) : Number(cell.dataset.sort);
  }
  function sort(heading, column) {
    var falling = heading.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th[aria-sort]").forEach(function (other) { other.removeAttribute("aria-sort"); });
    heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
    rows.slice().sort(function (one, other) {
      var a = value(one, column), b = value(other, column);
      var order = typeof a === "number" ? a - b : a.localeCompare(b, "en");
      return (falling ? -order : order) || rows.indexOf(one) - rows.indexOf(other);
    }).forEach(function (row) { body.appendChild(row); });
  }

  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (heading, column) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.textContent = "";
    heading.appendChild(button);
    button.addEventListener("click", function () { sort(heading, column); });
  });
  var given = new URLSearchParams(location.search);
  FIELDS.forEach(function (name) { if (given.has(name)) form.elements[name].value = given.get(name); });
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", function () { filter(); remember(); });
  form.addEventListener("reset", function () { setTimeout(function () { filter(); remember(); }); });
  filter();
})();
