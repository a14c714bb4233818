"""Check literals against what they repeat, so that prose cannot drift from the constants.

An entry of `literals.toml` states what its number repeats: a constant in the code
(`FILE.py:NAME`, `FILE.py:CLASS.FIELD`), a setting (`study.toml:arms`), a column of a file
(`data/published/findings.csv:finding`), a source (`references.bib`), or nothing, if it is part
of a name. `count of` before it means the number of its items. Nothing is imported or executed.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError
from analysis.importing import CODE, code_file
from audit.coverage.literals import A_NAME, FILE, numbers, read_literals, stated
from report.checks.prose import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from audit.coverage.literals import Literal

SOURCES = "references.bib"
COUNT = "count of "
_ENTRY = re.compile(r"@\w+\{(?P<fields>.*?)\n\}", re.DOTALL)
_FIELD = re.compile(
    r"^\s*(?P<name>author|editor|shorttitle|year)\s*=\s*\{(?P<value>.*?)\},?\s*$", re.MULTILINE
)


def pinned_literals(root: Path) -> tuple[Literal, ...]:
    """Return the project's literals, each with the numbers that it may explain.

    Raises
    ------
    ConfigurationError
        If one repeats something that does not exist, or differs from what it repeats.
    """
    listed = read_literals(root / FILE)
    return tuple(_pinned(root, literal, n) for n, literal in enumerate(listed, start=1))


def as_toml(literals: Sequence[Literal]) -> str:
    """Return literals with their numbers as TOML, so that a report's copy is self-contained."""
    lines = [
        "# Numbers in the report that are not results, and why: see "
        "`report.checks.literal_sources`."
    ]
    for each in literals:
        shown = {"pattern": each.pattern.pattern, "reason": each.reason, "repeats": each.repeats}
        lines += ["", "[[literal]]", *(f"{key} = {_quoted(text)}" for key, text in shown.items())]
        if each.numbers is not None:
            lines.append(f"numbers = [{', '.join(map(_quoted, sorted(each.numbers)))}]")
        beside = [
            f"{_quoted(number)} = [{', '.join(map(_quoted, sorted(words)))}]"
            for number, words in sorted(each.beside.items())
        ]
        if beside:
            lines.append(f"beside = {{ {', '.join(beside)} }}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a basic string of TOML


def _pinned(root: Path, literal: Literal, position: int) -> Literal:
    place = f"{FILE}, literal {position}"
    named = stated(literal.pattern.pattern)
    if literal.repeats == A_NAME:
        if named is None:
            raise ConfigurationError(
                f"'{literal.pattern.pattern}' leaves open which number it is, as no name does",
                place=place,
                remedy="write the number into the pattern, or say what it repeats",
            )
        return replace(literal, numbers=frozenset(named))
    if not literal.repeats:
        raise ConfigurationError(
            "it does not say what its number repeats",
            place=place,
            remedy=f'add repeats = "FILE:NAME", or "{A_NAME}" where it is part of one',
        )
    if literal.repeats == SOURCES:
        beside = _authors((root / SOURCES).read_text(encoding="utf-8"))
        return replace(literal, numbers=frozenset(beside), beside=beside)
    allowed = frozenset(_printed(_repeated(root, literal.repeats, place)))
    said = named or tuple(_words(literal.pattern.pattern)) if named is not None else ()
    wrong = [number for number in said if number not in allowed]
    if wrong:
        raise ConfigurationError(
            f"'{literal.pattern.pattern}' says {', '.join(wrong)}, and {literal.repeats} is "
            f"{' or '.join(sorted(allowed))}",
            place=place,
            remedy="correct the pattern and the sentences that it is for",
        )
    return replace(literal, numbers=allowed)


def _words(pattern: str) -> Iterator[str]:
    """Yield the numbers that a pattern contains as words."""
    plain = re.sub(r"\[([A-Z])[a-z]\]", r"\1", re.sub(r"\\[a-zA-Z]", " ", pattern))
    for word in re.findall(r"[A-Za-z]+", plain):
        if WORDS.get(word.lower()):
            yield WORDS[word.lower()]


def _repeated(root: Path, repeats: str, place: str) -> Any:
    """Return the value that a literal repeats."""
    file, _, name = repeats.removeprefix(COUNT).partition(":")
    try:
        path = code_file(root, file)
        text = (path if path.is_file() else CODE / file).read_text(encoding="utf-8")
        found = {".py": _constant, ".toml": _setting, ".csv": _column}[file[file.rindex(".") :]](
            text, name
        )
    except (OSError, ValueError, KeyError, TypeError, SyntaxError):
        raise ConfigurationError(
            f"there is no {repeats}", place=place, remedy="name a constant, a setting or a column"
        ) from None
    return len(found) if repeats.startswith(COUNT) else found


def _constant(text: str, name: str) -> Any:
    """Return the value of a top-level name in a module, or of a field of a class in it."""
    scope: list[ast.stmt] = ast.parse(text).body
    *classes, last = name.split(".")
    for each in classes:
        scope = next(n.body for n in scope if isinstance(n, ast.ClassDef) and n.name == each)
    for node in scope:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(t, ast.Name) and t.id == last for t in targets):
            return ast.literal_eval(getattr(node, "value", None) or ast.Constant(None))
    raise KeyError(name)


def _setting(text: str, name: str) -> Any:
    value: Any = tomllib.loads(text)
    for key in name.split("."):
        value = [each[key] for each in value] if isinstance(value, list) else value[key]
    return value


def _column(text: str, name: str) -> list[str]:
    return [row[name] for row in csv.DictReader(text.splitlines())]


def _printed(value: Any) -> Iterator[str]:
    """Yield the forms in which a value may be printed."""
    match value:
        case bool():
            return
        case int() | float():
            yield f"{value:g}" if isinstance(value, float) else str(value)
            yield f"{value:,}"
            if 0 < value < 1:
                yield f"{100 * value:g}"
        case str():
            yield from (found.text for found in numbers(value))
        case dict() | list() | tuple() | set() | frozenset():
            for each in value:
                yield from _printed(each)


def _authors(text: str) -> dict[str, frozenset[str]]:
    """Return the family names of the authors of sources, by year.

    A source without an author is cited by its short title, which ends in what stands by the year.
    """
    found: dict[str, set[str]] = {}
    for entry in _ENTRY.finditer(text):
        fields = {each["name"]: each["value"] for each in _FIELD.finditer(entry["fields"])}
        year = re.sub(r"\D", "", fields.get("year", ""))
        named = (fields[name] for name in ("author", "editor", "shorttitle") if name in fields)
        names = re.sub(r"[{}\\\\]", "", next(named, ""))
        for author in names.split(" and "):
            family = author.partition(",")[0] if "," in author else author.split(" ")[-1]
            if year and family.strip():
                found.setdefault(year, set()).add(family.strip())
    return {year: frozenset(names) for year, names in found.items()}
