"""Read a Quarto book project: configuration, chapters in order, and formats."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from press.chapter.source import read_text
from press.document.languages import words_of
from press.errors import Location, ProjectError, UnsupportedError
from press.project.configuration import CONFIGURATION, read_configuration
from press.project.dates import printed_date
from press.project.yaml import Settings, merged, parse_settings

CHAPTERS = (".qmd", ".md", ".ipynb")
_BASE_FORMATS = ("html", "typst")


@dataclass(frozen=True)
class Entry:
    """An entry in the book's list of chapters.

    Parameters
    ----------
    kind
        ``"chapter"``, ``"part"`` or ``"appendices"`` (the heading above the appendices).
    file
        Path of the chapter, or of a part's page, relative to the project; None for a part
        that consists of a title only.
    text
        Title of a part without a page; for a chapter, its text in the sidebar if that differs
        from its heading.
    depth
        0, or 1 in a part or among the appendices.
    appendix
        Whether it is among the appendices.
    location
        Its location in the configuration.
    """

    kind: Literal["chapter", "part", "appendices"]
    file: str | None
    text: str | None
    depth: int
    appendix: bool
    location: Location


@dataclass(frozen=True)
class FormatName:
    """A format under the project's name for it; `evaluation-typst` has the base `typst`."""

    name: str
    base: Literal["html", "typst"]

    @property
    def extension(self) -> str | None:
        """The extension that contributes the format; None for Quarto's own."""
        return self.name.removesuffix(f"-{self.base}") if self.name != self.base else None


@dataclass(frozen=True)
class Project:
    """A book project whose configuration has been read and checked.

    Parameters
    ----------
    root
        The project's folder, absolute.
    settings
        `_quarto.yml`, overridden by profiles.
    entries
        The home page, followed by parts, chapters and appendices in order.
    listed
        The same in the order of the configuration, where a part may come before the home page.
    formats
        The declared formats that the press supports.
    profiles
        The active profiles.
    """

    root: Path
    settings: Settings
    entries: tuple[Entry, ...]
    listed: tuple[Entry, ...]
    formats: tuple[FormatName, ...]
    profiles: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The book's title, as Markdown."""
        return str(self.settings.get("book", "title", default=""))

    @property
    def date(self) -> str:
        """The book's date, as printed; empty if it has none."""
        given = {**self.settings.values, **self.settings.get("book", default={})}
        place = self.settings.location("book", "date") or Location(CONFIGURATION)
        return printed_date(given, self.root / CONFIGURATION, place)

    @property
    def pdf_name(self) -> str:
        """The name of the book's PDF without its suffix: `output-file`, else the title."""
        words = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in self.title)
        name = "-".join(part for part in words.split("-") if part) or "book"
        return str(self.settings.get("book", "output-file", default=name))

    @property
    def output(self) -> Path:
        """The default output folder of the book."""
        return self.root / str(self.settings.get("project", "output-dir", default="_book"))

    @property
    def runs_at_root(self) -> bool:
        """Whether cells run in the project's folder rather than in that of their chapter."""
        return bool(self.settings.get("project", "execute-dir") == "project")

    def format(self, base: str) -> FormatName:
        """Return the declared format based on `base`, or Quarto's own."""
        for declared in self.formats:
            if declared.base == base:
                return declared
        return FormatName(base, "html" if base == "html" else "typst")

    def options(self, base: str) -> dict[str, Any]:
        """Return the project's options, overridden by those of a format."""
        plain = {
            key: value
            for key, value in self.settings.values.items()
            if key not in ("project", "format", "profile")
        }
        own = self.settings.get("format", self.format(base).name)
        return merged_options(plain, own if isinstance(own, dict) else {})


def merged_options(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge options recursively: mappings key by key, other values replaced by `above`."""
    out = dict(below)
    for key, value in above.items():
        old = out.get(key)
        out[key] = (
            merged_options(old, value)
            if isinstance(old, dict) and isinstance(value, dict)
            else value
        )
    return out


def read_project(
    root: Path, profiles: Sequence[str] = (), extra: Mapping[str, Any] | None = None
) -> Project:
    """Read `_quarto.yml` and the files that override it.

    Parameters
    ----------
    root
        The project's folder.
    profiles
        Names of profiles (`_quarto-NAME.yml`), of which the first takes precedence; by default
        the project's `profile: default`. One of each `profile: group` is always active.
    extra
        Metadata that overrides everything else.

    Raises
    ------
    ProjectError
        The project is not a book, or its configuration is invalid.
    UnsupportedError
        It uses a feature that the press does not support.
    """
    root = root.resolve()
    if not root.is_dir():
        raise ProjectError(f"there is no folder {root.name}", remedy="name the project's folder")
    settings, active = read_configuration(root, profiles)
    settings = merged(settings, Settings(dict(extra or {})))
    settings = _with_language(root, settings)
    _check(settings)
    listed = _entries(root, settings)
    entries = _home_first(listed, settings)
    return Project(root, settings, entries, tuple(listed), _formats(settings), active)


def _with_language(root: Path, settings: Settings) -> Settings:
    """Replace a file name in the option `language` with the content of the file."""
    name = settings.get("language")
    if not isinstance(name, str):
        return settings
    text = read_text(root / name.lstrip("/"), name, settings.location("language"))
    words = {"language": parse_settings(text, name).values}
    return Settings({**settings.values, **words}, settings.locations)


def _check(settings: Settings) -> None:
    kind = settings.get("project", "type")
    if kind != "book":
        raise ProjectError(
            f"this project is of the type {kind or 'default'}, not book",
            settings.location("project", "type"),
            "write `type: book` below `project:`",
        )
    if not settings.get("book", "title"):
        raise ProjectError(
            "the book has no title", settings.location("book"), "write `title:` below `book:`"
        )


def _formats(settings: Settings) -> tuple[FormatName, ...]:
    declared = settings.get("format", default={})
    names = [declared] if isinstance(declared, str) else list(declared or {})
    return tuple(
        FormatName(name, "html" if base == "html" else "typst")
        for name in names
        for base in _BASE_FORMATS
        if name == base or name.endswith(f"-{base}")
    )


def _entries(root: Path, settings: Settings) -> list[Entry]:
    chapters = settings.get("book", "chapters")
    if not isinstance(chapters, list) or not chapters:
        raise ProjectError(
            "the book has no chapters", settings.location("book"), "list them below `chapters:`"
        )
    entries = _listed(root, settings, ("book", "chapters"), 0, appendix=False)
    if settings.get("book", "references"):
        place = settings.location("book", "references") or Location(CONFIGURATION)
        name = _file(root, str(settings.get("book", "references")), place)
        entries.append(Entry("chapter", name, None, 0, False, place))
    if settings.get("book", "appendices"):
        place = settings.location("book", "appendices") or Location(CONFIGURATION)
        words = words_of(settings.values)["section-title-appendices"]
        entries.append(Entry("appendices", None, words, 0, False, place))
        entries += _listed(root, settings, ("book", "appendices"), 1, appendix=True)
    _check_once(entries)
    return entries


def _home_first(entries: list[Entry], settings: Settings) -> tuple[Entry, ...]:
    home = [entry for entry in entries if entry.file and Path(entry.file).stem == "index"]
    home = [entry for entry in home if "/" not in str(entry.file)]
    if not home:
        raise ProjectError(
            "the book has no home page",
            settings.location("book", "chapters"),
            "put index.qmd first in the list of chapters",
        )
    return (home[0], *(entry for entry in entries if entry is not home[0]))


def _check_once(entries: list[Entry]) -> None:
    seen: dict[str, Entry] = {}
    for entry in entries:
        if entry.file is None:
            continue
        page = entry.file.rpartition(".")[0]
        if page in seen:
            raise ProjectError(
                f"{entry.file} has the same page as {seen[page].file}",
                entry.location,
                "list each chapter once",
            )
        seen[page] = entry


def _listed(
    root: Path, settings: Settings, path: tuple[str | int, ...], depth: int, *, appendix: bool
) -> list[Entry]:
    out: list[Entry] = []
    items = settings.get(*path)
    if not isinstance(items, list):
        raise ProjectError(
            "this is not a list", settings.location(*path), "list one file on a line"
        )
    for number, item in enumerate(items):
        at = (*path, number)
        place = settings.location(*at) or Location(CONFIGURATION)
        words = item.get("text") if isinstance(item, dict) and "href" not in item else item
        if isinstance(words, str) and re.fullmatch(r"-+", words.strip()):
            continue  # a separator in the sidebar
        if isinstance(item, str):
            out.append(Entry("chapter", _file(root, item, place), None, depth, appendix, place))
        elif isinstance(item, dict) and "part" in item:
            out.append(_part(root, str(item["part"]), depth, appendix, place))
            if item.get("chapters"):
                out += _listed(root, settings, (*at, "chapters"), depth + 1, appendix=appendix)
        elif isinstance(item, dict) and ("file" in item or "href" in item):
            name = _file(root, str(item.get("file", item.get("href"))), place)
            text = str(item["text"]) if item.get("text") else None
            out.append(Entry("chapter", name, text, depth, appendix, place))
        else:
            raise UnsupportedError(
                f"an entry of the list of chapters is neither a file nor a part: {item!r}",
                place,
                "write the path of a chapter, or `part:` with `chapters:`",
            )
    return out


def _part(root: Path, part: str, depth: int, appendix: bool, place: Location) -> Entry:
    if part.endswith(CHAPTERS):
        return Entry("part", _file(root, part, place), None, depth, appendix, place)
    return Entry("part", None, part, depth, appendix, place)


def _file(root: Path, name: str, place: Location) -> str:
    if not name.endswith(CHAPTERS):
        raise UnsupportedError(
            f"{name} is neither a .qmd, .md nor .ipynb file", place, "write the chapter as .qmd"
        )
    if not (root / name).is_file():
        raise ProjectError(
            f"there is no chapter {name}", place, "write the file, or correct its name"
        )
    return name
