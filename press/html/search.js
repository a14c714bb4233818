/* Search in the index assets/index.js, which is a script so that it also loads without a server. */
(function () {
  "use strict";
  var box = document.querySelector(".book-search");
  var root = document.getElementById("quarto-sidebar").dataset.root;
  if (!box) return;
  box.hidden = false;
  box.innerHTML = '<form role="search"><label for="book-search">Search</label>' +
    '<input id="book-search" type="search" autocomplete="off"></form>' +
    '<output for="book-search" aria-live="polite"></output><ul></ul>';
  var field = box.querySelector("input"), answer = box.querySelector("output"), list = box.querySelector("ul");
  box.querySelector("form").addEventListener("submit", function (event) { event.preventDefault(); });

  function load(then) {
    if (window.bookSections) { then(); return; }
    var script = document.createElement("script");
    script.src = root + "assets/index.js";
    script.onload = then;
    document.head.appendChild(script);
  }
  function fold(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  // Sections rank first if the words are their heading, then if it begins with or contains them.
  function matches(words) {
    var asked = words.join(" ");
    return window.bookSections.map(function (section, order) {
      var name = fold(section[1]).replace(/^[\da-z]{1,2}(\.\d+)*[\s\u00a0]+/, ""), text = fold(section[2]);
      var score = name === asked ? 1000 : name.indexOf(asked) === 0 ? 300 : name.indexOf(asked) >= 0 ? 200 : 0;
      if (text.indexOf(asked) >= 0) score += 20;
      for (var i = 0; i < words.length; i++) {
        var inName = name.indexOf(words[i]) >= 0, inText = text.indexOf(words[i]) >= 0;
        if (!inName && !inText) return null;
        score += (inName ? 10 : 0) + (inText ? 1 : 0);
      }
      var at = text.indexOf(asked) >= 0 ? text.indexOf(asked) : text.indexOf(words[0]);
      return { section: section, score: score, order: order, at: at };
    }).filter(Boolean).sort(function (a, b) { return b.score - a.score || a.order - b.order; }).slice(0, 12);
  }
  // An excerpt around the match, cut between words.
  function around(text, at) {
    var from = Math.max(0, at - 40), to = Math.min(text.length, from + 120);
    if (from) from = text.indexOf(" ", from) + 1;
    if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), from + 1);
    return (from ? "… " : "") + text.slice(from, to) + (to < text.length ? " …" : "");
  }
  function show() {
    var words = fold(field.value).split(/\s+/).filter(Boolean);
    answer.textContent = list.textContent = "";
    if (!words.length || field.value.trim().length < 2) return;
    var found = matches(words);
    answer.textContent = found.length ? found.length + (found.length === 1 ? " place" : " places") : "Nothing found";
    found.forEach(function (match) {
      var item = document.createElement("li"), link = document.createElement("a"), text = document.createElement("p");
      link.href = root + match.section[0];
      link.textContent = match.section[1];
      text.textContent = around(match.section[2], match.at);
      item.appendChild(link);
      if (match.section[2]) item.appendChild(text);
      list.appendChild(item);
    });
  }
  field.addEventListener("input", function () { load(show); });
  // A search can be shared as an address: index.html?q=words
  var asked = new URLSearchParams(window.location.search).get("q");
  if (asked) { field.value = asked; load(show); }
})();
