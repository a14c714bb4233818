"""Resolve cross-references such as `@fig-x` to text and a link target."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from press.chapter.source import Source
from press.document import tree
from press.document.languages import words_of
from press.document.numbering import Target, counted
from press.document.pandoc import read_inlines
from press.document.tree import Node, Nodes
from press.errors import BrokenReferenceError, Location, Mistakes

THEOREMS = ("thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "alg", "rem", "sol")
CALLOUTS = {"nte": "note", "tip": "tip", "wrn": "warning", "imp": "important", "cau": "caution"}
KINDS = ("fig", "tbl", "lst", "eq", "sec", *THEOREMS, *CALLOUTS)
NBSP = "\u00a0"


@dataclass(frozen=True)
class Wording:
    """Words around the numbers of captions and references, as set by the option `crossref`.

    Parameters
    ----------
    titles
        Words before the number in a caption, by kind.
    prefixes
        Words before the number in a reference, by kind.
    delimiter
        Text between the number and the caption.
    styles
        Number style of each kind within its chapter; ``arabic`` by default.
    parts
        Style of sub-figures: ``alpha a``, ``alpha A``, ``roman i``, ``roman`` or ``arabic``.
    linked
        Whether references are links, in HTML.
    appendix
        Text before and after the letter in the heading of an appendix, in HTML.
    own
        The words of the book's language, under Quarto's names.
    """

    titles: Mapping[str, str] = field(default_factory=lambda: _titles(words_of({})))
    prefixes: Mapping[str, str] = field(default_factory=lambda: _prefixes(words_of({})))
    delimiter: str = ":"
    styles: Mapping[str, str] = field(default_factory=dict)
    parts: str = "alpha a"
    linked: bool = True
    appendix: tuple[str, str] = ("Appendix", " —")
    own: Mapping[str, str] = field(default_factory=lambda: words_of({}))

    def appendix_heading(self, letter: str) -> str:
        """Return the text before the heading of an appendix."""
        title, delimiter = self.appendix
        return f"{title} {letter}{delimiter} "


def _titles(words: Mapping[str, str]) -> dict[str, str]:
    """Return the words before the number of each kind of float, theorem and callout."""
    named = {kind: words[key] for kind in KINDS if (key := f"crossref-{kind}-title") in words}
    named |= {kind: words[f"callout-{name}-title"] for kind, name in CALLOUTS.items()}
    for kind, name in (("rem", "remark"), ("sol", "solution")):
        named[kind] = named[name] = words[f"environment-{name}-title"]
    return {**named, "proof": words["environment-proof-title"]}


def _prefixes(words: Mapping[str, str]) -> dict[str, str]:
    """Return the words before the number in a reference, by kind."""
    given = {kind: words[f"crossref-{kind}-prefix"] for kind in ("eq", "sec", "ch", "apx")}
    own = {kind: words[key] for kind in KINDS if (key := f"crossref-{kind}-prefix") in words}
    return {**_titles(words), **given, **own}


def wording(options: Mapping[str, Any]) -> Wording:
    """Return the wording set by a project's language and its `crossref` options."""
    given = options.get("crossref")
    given = given if isinstance(given, Mapping) else {}
    own = words_of(options)
    titles = {kind: str(given.get(f"{kind}-title", word)) for kind, word in _titles(own).items()}
    prefixes = {}
    for kind, word in _prefixes(own).items():
        default = titles.get(kind, word) if f"crossref-{kind}-prefix" not in own else word
        prefixes[kind] = str(given.get(f"{kind}-prefix", default))
    return Wording(
        titles,
        prefixes,
        tree.plain(read_inlines(str(given.get("title-delim", ":")))),
        {kind: str(given.get(f"{kind}-labels", given.get("labels", "arabic"))) for kind in KINDS},
        str(given.get("subref-labels", "alpha a")),
        given.get("ref-hyperlink", True) is not False,
        (
            str(given.get("appendix-title") or own["crossref-apx-prefix"]),
            str(given.get("appendix-delim", " —")),
        ),
        own,
    )


def part_label(part: str, words: Wording) -> str:
    """Return a sub-figure's letter or number in the style of the option `subref-labels`."""
    return counted(ord(part) - ord("a") + 1, words.parts)


def collected(targets: Iterable[Target]) -> dict[str, Target]:
    """Return targets by label; the last one with a label wins, as in Quarto."""
    return {target.label: target for target in targets}


def check_labels(targets: Iterable[Target], sources: Mapping[str, Source], found: Mistakes) -> None:
    """Record every label that is used twice."""
    seen: dict[str, Target] = {}
    for target in targets:
        if target.kind == "sec" and not target.label.startswith("sec-"):
            continue
        first = seen.setdefault(target.label, target)
        if first is target:
            continue
        places = [
            line.location
            for page in dict.fromkeys((first.page, target.page))
            for line in sources[page]
            if re.search(rf"{re.escape(target.label)}\b(?!-)", line.text) and "@" not in line.text
        ]
        place = places[-1] if places else Location(target.page)
        other = places[0] if places else Location(first.page)
        found.add(
            BrokenReferenceError(
                f"the label {target.label} is already used at {other}", place, "rename one of them"
            )
        )


def resolve(
    blocks: Nodes,
    targets: Mapping[str, Target],
    words: Wording,
    source: Source,
    found: Mistakes,
    base: str,
) -> Nodes:
    """Replace every cross-reference with a `Reference` node; keep citations.

    A reference is ``{"t": "Reference", "c": {"content", "target", "own"}}``, where `content` is
    the text before the number and `own` whether the author wrote it.
    """

    def visit(node: Node) -> Nodes | None:
        if node["t"] != "Cite":
            return None
        kinds = [_kind(citation["citationId"]) for citation in node["c"][0]]
        if not any(kinds):
            return None
        if not all(kinds):
            _note_mixture(node, source, found)
        out: Nodes = []
        for number, (citation, kind) in enumerate(zip(node["c"][0], kinds, strict=True)):
            if kind is None:
                continue
            if number:
                out += [tree.text(","), tree.space()]
            out.append(_reference(citation, kind, targets, words, source, found, base))
        return out

    return list(tree.walk(blocks, visit))


def _note_mixture(node: Node, source: Source, found: Mistakes) -> None:
    """Record a bracket that mixes references and citations, of which Quarto drops the latter."""
    lost = next(
        citation["citationId"] for citation in node["c"][0] if not _kind(citation["citationId"])
    )
    found.add(
        BrokenReferenceError(
            f"the citation @{lost} is in one bracket with references, and would be lost",
            source.location_of(rf"@\{{?{re.escape(lost)}"),
            "give it its own bracket",
        )
    )


def _kind(name: str) -> str | None:
    prefix, dash, rest = name.partition("-")
    prefix = prefix[:1].lower() + prefix[1:]
    return prefix if dash and rest and prefix in KINDS else None


def _reference(
    citation: Mapping[str, Any],
    kind: str,
    targets: Mapping[str, Target],
    words: Wording,
    source: Source,
    found: Mistakes,
    base: str,
) -> Node:
    name = citation["citationId"]
    label = name[:1].lower() + name[1:]
    target = targets.get(label)
    if target is None or target.unnumbered:
        found.add(
            BrokenReferenceError(
                f"the reference @{name} leads nowhere: nothing numbered has the label {label}",
                source.location_of(rf"@\{{?{re.escape(name)}\b(?!-\w)"),
                "correct the label, or label what it should name",
            )
        )
    if target is None or (target.unnumbered and base == "typst"):
        mark = "?@" if base == "typst" else "?"
        return tree.span([tree.text(mark + label)], marks=["quarto-unresolved-ref"])
    content: Nodes = []
    if citation["citationPrefix"]:
        content = citation["citationPrefix"]
    elif citation["citationMode"]["t"] != "SuppressAuthor":
        # In HTML, Quarto resolves sections separately, ignoring the options for prefixes.
        prefixes = _prefixes(words.own) if kind == "sec" and base == "html" else words.prefixes
        content = _prefix(target, kind, prefixes, capital=name[:1].isupper())
    own = bool(citation["citationPrefix"])
    return {"t": "Reference", "c": {"content": content, "target": target, "own": own}}


def _prefix(target: Target, kind: str, prefixes: Mapping[str, str], *, capital: bool) -> Nodes:
    if kind == "sec" and target.level == 1:
        kind = "apx" if target.appendix else "ch"
    prefix = prefixes[kind]
    if capital:
        prefix = prefix[:1].upper() + prefix[1:]
    return read_inlines(prefix) if prefix else []


def gap(reference: Node) -> Node:
    """Return the space between the word and the number of a reference in HTML."""
    given = reference["c"]
    breaks = given["target"].kind == "sec" and not given["own"]
    return tree.space() if breaks else tree.text(NBSP)


def number_text(target: Target, words: Wording) -> str:
    """Return a target's number as printed by a reference in HTML."""
    if not target.part:
        return target.number
    return f"{target.number} ({part_label(target.part, words)})"


def caption_prefix(node: Node, words: Wording) -> str:
    """Return the text before a float's caption in HTML."""
    content = node["c"]
    if node.get("part"):
        return f"({part_label(node['part'], words)})"
    number = f"{words.titles[content['kind']]}{NBSP}{node['number']}"
    return number + words.delimiter if content["caption"] else number


def callout_title(node: Node, words: Wording) -> Nodes:
    """Return the title of a callout, by default its kind, with its number if it is labelled."""
    title: Nodes = node["c"]["title"] or []
    word = words.own[f"callout-{node['c']['kind']}-title"]
    if "number" not in node:
        return title or [tree.text(word)]
    kind = node["c"]["id"].partition("-")[0]
    number = f"{words.titles[kind]}{NBSP}{node['number']}"
    return (
        [tree.text(number + words.delimiter), tree.space(), *title]
        if title
        else [tree.text(number)]
    )
