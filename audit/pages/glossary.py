"""Explain terms in place: where a page first uses one, its meaning opens on demand.

Terms and meanings are read from the book itself, from the list that a chapter marks with the
class `terms`. The meaning is an HTML popover: it opens with pointer, touch and keyboard, closes
with Escape, and needs no script.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_LIST = re.compile(r'<div\b[^>]*\bclass="[^"]*\bterms\b[^"]*"[^>]*>\s*<dl\b.*?</dl>', re.DOTALL)
_ENTRY = re.compile(r"<dt\b[^>]*>(.*?)</dt>\s*<dd\b[^>]*>(.*?)</dd>", re.DOTALL)
_TAG = re.compile(r"(<[^>]+>)")
_NAME = re.compile(r"</?([a-z][a-z0-9]*)", re.IGNORECASE)
_VOID = frozenset(["br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"])
_TEXT = frozenset(["p", "li"])
"""Elements in whose text terms are explained."""
_LEFT_ALONE = frozenset(
    ["a", "abbr", "button", "code", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
     "math", "nav", "pre", "script", "span", "style", "table", "dl"]
)  # fmt: skip
"""Elements in which they are not: links, headings, code, and what the ledger prints."""
_EXPLAINED = Markup(
    '<button type="button" class="term" popovertarget="{0}">{1}</button>'
    '<span class="term-meaning" id="{0}" role="note" popover>{2}</span>'
)
_MARKS = re.compile(r"[.,;:!?)’”]+")


def terms(pages: Iterable[Path]) -> dict[str, Markup]:
    """Return the meaning of each term that a book lists, as text, by term."""
    found = {}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        listed = _LIST.search(text) if 'terms"' in text or "terms " in text else None
        for term, meaning in _ENTRY.findall(listed[0] if listed else ""):
            found[_plain(term)] = Markup(_plain(meaning))  # noqa: S704 - the page's own text
    return found


def with_definitions(main: str, meanings: Mapping[str, Markup]) -> str:
    """Return a page's text in which the first use of each term opens its meaning.

    Parameters
    ----------
    main
        HTML of the page's body.
    meanings
        Meanings by term, in any case; plurals are recognised by their endings.

    Examples
    --------
    >>> print(with_definitions("<p>An estimand.</p>", {"Estimand": Markup("What is asked.")}))
    <p>An <span class="term-end"><button type="button" class="term" \
popovertarget="term-estimand">estimand</button>\
<span class="term-meaning" id="term-estimand" role="note" popover>What is asked.</span>.</span></p>
    >>> print(with_definitions("<h2>Estimand</h2><a>estimand</a>", {"Estimand": Markup("x")}))
    <h2>Estimand</h2><a>estimand</a>
    """
    if not meanings or _LIST.search(main):
        return main
    waiting = {_pattern(term): (term, meaning) for term, meaning in meanings.items()}
    open_: list[str] = []
    parts = _TAG.split(main)
    for at, part in enumerate(parts):
        if part.startswith("<"):
            _follow(part, open_)
        elif open_ and _TEXT & set(open_) and not _LEFT_ALONE & set(open_):
            parts[at] = _with_first(part, waiting)
    return "".join(parts)


def _with_first(text: str, waiting: dict[re.Pattern[str], tuple[str, Markup]]) -> str:
    for pattern, (term, meaning) in list(waiting.items()):
        found = pattern.search(text)
        # One explanation per piece of text; the inserted explanation is not searched.
        if found:
            del waiting[pattern]
            name = "term-" + re.sub(r"\W+", "-", term.lower())
            made = _EXPLAINED.format(name, Markup(found[0]), meaning)  # noqa: S704 - of the page
            # A line may break after a button, so keep the following punctuation with the word.
            mark = _MARKS.match(text, found.end())
            if mark:
                made = Markup('<span class="term-end">{}{}</span>').format(made, Markup(mark[0]))  # noqa: S704 - of the page
            rest = _with_first(text[mark.end() if mark else found.end() :], waiting)
            return f"{_with_first(text[: found.start()], waiting)}{made}{rest}"
    return text


def _pattern(term: str) -> re.Pattern[str]:
    """Return a pattern that finds a term or its plural as a whole word."""
    stem, plural = (term[:-1], "(?:y|ies)") if term.endswith("y") else (term, "s?")
    words = r"\s+".join(re.escape(word) for word in stem.split())
    return re.compile(rf"(?<![\w-]){words}{plural}(?![\w-])", re.IGNORECASE)


def _follow(tag: str, open_: list[str]) -> None:
    """Update the list of open elements."""
    found = _NAME.match(tag)
    if found is None:
        return
    name = found[1].lower()
    if tag.startswith("</"):
        if name in open_:
            del open_[len(open_) - 1 - open_[::-1].index(name) :]
    elif name not in _VOID and not tag.endswith("/>"):
        open_.append(name)


def _plain(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", markup).split())
