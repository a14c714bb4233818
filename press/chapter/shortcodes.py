"""Resolve shortcodes in the text of a chapter: Quarto's own and those of the project."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from press.chapter.chapter import Title
from press.chapter.keys import keys_markdown
from press.chapter.source import Line, Source
from press.errors import ChapterError, Location, Mistakes, PressError, UnsupportedError

_SHORTCODE = re.compile(r"\{\{<(?!\{)\s*(?P<inside>.*?)\s*>\}\}")
_ESCAPED = re.compile(r"\{\{\{<(?P<inside>.*?)>\}\}\}|\{\{</\*(?P<comment>.*?)\*/>\}\}")
_ESCAPE_MARK = "\ue000"
_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})")
_CODE = re.compile(r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)(?!`)")
_HEADING = re.compile(r"^#[ \t]")
_KNOWN = ("include", "meta", "var", "env", "pagebreak", "kbd", "video")
_OTHERS_OF_QUARTO = ("brand", "contents", "lipsum", "placeholder", "version")
_SIZES = ("width", "height")
_LONGEST = 200  # spaces in a shortcode that spans lines; beyond that, its end is missing
PAGEBREAK = "\n::: {.press-pagebreak}\n:::\n"


@dataclass(frozen=True)
class Call:
    """One call of a shortcode that a project defines in Lua.

    Parameters
    ----------
    name
        Its name.
    arguments
        The words after the name.
    context
        ``"block"`` if it is alone on its line, ``"text"`` in code, else ``"inline"``.
    location
        Its location.
    """

    name: str
    arguments: tuple[str, ...]
    context: str
    location: Location


class OwnShortcodes(Protocol):
    """The shortcodes that a project defines."""

    @property
    def names(self) -> frozenset[str]:
        """Their names."""

    def __call__(self, calls: Sequence[Call]) -> dict[Call, str]:
        """Return the Markdown that replaces each call."""


@dataclass(frozen=True)
class Values:
    """Values that shortcodes can refer to.

    Parameters
    ----------
    metadata
        The project's metadata, overridden by the chapter's.
    variables
        `_variables.yml`.
    environment
        Environment variables.
    own
        The shortcodes of the project; None if it has none.
    """

    metadata: Mapping[str, Any]
    variables: Mapping[str, Any]
    environment: Mapping[str, str]
    own: OwnShortcodes | None = None


def resolve_shortcodes(source: Source, values: Values, mistakes: Mistakes) -> Source:
    """Replace the shortcodes in a text with their values."""
    answers: dict[Call, str] = {}
    if values.own is not None and values.own.names:
        # A first pass collects the calls, since one process resolves all of them.
        asked: dict[Call, str] = {}
        _replaced(source, values, Mistakes(), lambda call: asked.setdefault(call, ""))
        answers = values.own(list(asked))
    return _replaced(source, values, mistakes, answers.__getitem__)


def _replaced(
    source: Source, values: Values, mistakes: Mistakes, answer: Callable[[Call], str]
) -> Source:
    lines: list[Line] = []
    fence = ""
    for line in _on_one_line(source):
        opening = _FENCE.match(line.text)
        if "{{<" in line.text:
            text = _resolved(line, values, mistakes, answer, in_code=bool(fence))
            lines += [Line(part, line.location) for part in text.split("\n")]
        else:
            lines.append(line)
        if opening and not fence:
            fence = opening["fence"]
        elif opening and opening["fence"].startswith(fence) and not line.text.strip("`~ \t"):
            fence = ""
    return Source(tuple(lines))


def _on_one_line(source: Source) -> Iterator[Line]:
    """Yield lines, joining those that one shortcode spans."""
    waiting: Line | None = None
    for line in source:
        if waiting is not None:
            line = Line(f"{waiting.text} {line.text.strip()}", waiting.location)
        opens, ends = line.text.rfind("{{<"), line.text.rfind(">}}")
        waiting = line if opens > ends and line.text.count(" ") < _LONGEST else None
        if waiting is None:
            yield line
    if waiting is not None:
        yield waiting


def _resolved(
    line: Line, values: Values, mistakes: Mistakes, answer: Callable[[Call], str], *, in_code: bool
) -> str:
    escaped = [found["inside"] or found["comment"] for found in _ESCAPED.finditer(line.text)]
    text = _ESCAPED.sub(_ESCAPE_MARK, line.text)
    if _HEADING.match(text) and not in_code and _SHORTCODE.search(text):
        mistakes.add(
            ChapterError(
                "a shortcode in the heading of a chapter",
                line.location,
                "write the words out: Quarto loses it",
            )
        )
        text = _SHORTCODE.sub("", text)
    spans = [found.span() for found in _CODE.finditer(text)]

    def replacement(found: re.Match[str]) -> str:
        inside = in_code or any(start < found.start() < end for start, end in spans)
        name, arguments = _parts(found["inside"])
        if values.own is not None and name in values.own.names:
            alone = not inside and found[0] == line.text.strip()
            context = "text" if inside else "block" if alone else "inline"
            words = answer(Call(name, tuple(arguments), context, line.location))
            return f"\n{words}\n" if alone else words
        return _value(found, values, line.location, mistakes, in_code=inside)

    text = _SHORTCODE.sub(replacement, text)
    for words in escaped:
        text = text.replace(_ESCAPE_MARK, "{{<" + words + ">}}", 1)
    return text


def _value(
    found: re.Match[str], values: Values, place: Location, mistakes: Mistakes, *, in_code: bool
) -> str:
    name, arguments = _parts(found["inside"])
    match name, arguments:
        case "var", [key]:
            return _looked_up("var", key, values.variables, place, mistakes, in_code=in_code)
        case "meta", [key]:
            return _looked_up("meta", key, values.metadata, place, mistakes, in_code=in_code)
        case "env", [key, *default]:
            return values.environment.get(key, " ".join(default))
        case "pagebreak", []:
            return PAGEBREAK
        case "kbd", [_, *_] if (keys := keys_markdown(arguments)) is not None:
            return keys
        case "video", [address, *more]:
            return address if in_code else _video(address, more)
    mistakes.add(_not_resolved(name, found[0], place))
    return found[0] if in_code else re.sub(r"([<>{}])", r"\\\1", found[0])


def _parts(inside: str) -> tuple[str, list[str]]:
    """Return the name and arguments of a shortcode; an empty name if its quotes are unbalanced."""
    try:
        name, *arguments = shlex.split(inside)
    except ValueError:
        return "", []
    return name, arguments


def _video(address: str, more: Sequence[str]) -> str:
    """Return a video as a tag, shown as a link in print; one on another host is always a link.

    A page contacts no other host unless its reader follows a link.
    """
    given = dict(word.split("=", 1) for word in more if "=" in word)
    title = given.get("title") or given.get("aria-label") or ""
    if re.match(r"(?:https?:)?//", address):
        words = re.sub(r"([\\`*_{}\[\]<>#$~^@|])", r"\\\1", title or address)
        return f"[{words}]({address})"
    shown = {"src": address, "title": title, **{key: given.get(key) for key in _SIZES}}
    words = " ".join(f'{key}="{html.escape(value)}"' for key, value in shown.items() if value)
    return f"<video {words} controls></video>"


def _not_resolved(name: str, whole: str, place: Location) -> PressError:
    """Return the error for a shortcode that is malformed, unsupported or unknown."""
    listed = f"the press knows {', '.join(_KNOWN[:-1])} and {_KNOWN[-1]}"
    if name in _KNOWN:
        return ChapterError(f"the shortcode {whole} is not written correctly", place, listed)
    if name in _OTHERS_OF_QUARTO:
        return UnsupportedError(f"the shortcode {whole}", place, listed)
    return ChapterError(f"there is no shortcode {whole}", place, listed)


def _looked_up(
    kind: str,
    key: str,
    mapping: Mapping[str, Any],
    place: Location,
    mistakes: Mistakes,
    *,
    in_code: bool,
) -> str:
    value: Any = mapping
    for part in key.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and 0 < int(part) <= len(value):
            value = value[int(part) - 1]
        else:
            mistakes.add(
                ChapterError(
                    f"the shortcode {kind} names {key}, which does not exist",
                    place,
                    "define it in _variables.yml" if kind == "var" else "define it as metadata",
                )
            )
            return f"?{kind}:{key}" if in_code else f"**?{kind}:{key}**"
    spelled = spell(value)
    return re.sub(r"[*_`]", "", spelled) if in_code and kind == "meta" else spelled


def title_markdown(title: Title, number: str, appendix: str = "") -> str:
    """Return the value of the shortcode `meta title`: the chapter's heading with its number.

    Parameters
    ----------
    title
        The heading.
    number
        The number; empty if there is none.
    appendix
        Text before the heading of an appendix; empty for any other chapter.
    """
    if not number:
        return title.markdown
    if appendix:
        return appendix + title.markdown
    words = _SHORTCODE.sub("", title.markdown).strip()
    return f"[{number}]{{.chapter-number}}\u00a0 [{words}]{{.chapter-title}}"


def spell(value: Any) -> str:
    """Format a value as Quarto does: numbers as in JavaScript, booleans in lower case."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
