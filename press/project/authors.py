"""Parse the authors of a book or chapter, in every form that Quarto accepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from press.document import tree
from press.document.pandoc import read_inlines


@dataclass(frozen=True)
class Author:
    """An author.

    Parameters
    ----------
    markdown
        The name, with degrees, as Markdown.
    affiliations
        Names of the author's affiliations, as Markdown.
    """

    markdown: str
    affiliations: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name without markup."""
        return plain(self.markdown)


def authors(given: Any, listed: Any = None) -> list[Author]:
    """Parse one or several authors, each a string or a mapping.

    Parameters
    ----------
    given
        The option `author`.
    listed
        The option `affiliations`, to which authors may refer.
    """
    known: dict[str, str] = {}
    for place in _listed(listed):
        _affiliation(place, known)
    out = []
    for item in _listed(given):
        if not isinstance(item, Mapping):
            out.append(Author(str(item)))
            continue
        places = _listed(item.get("affiliations", item.get("affiliation")))
        names = [_affiliation(place, known) for place in places]
        degrees = [str(degree) for degree in _listed(item.get("degrees"))]
        name = ", ".join([_name(item.get("name", item.get("literal"))), *degrees])
        out.append(Author(name, tuple(filter(None, names))))
    return out


def _listed(given: Any) -> list[Any]:
    if given in (None, "", {}):
        return []
    return given if isinstance(given, list) else [given]


def _name(given: Any) -> str:
    if not isinstance(given, Mapping):
        return str(given or "")
    parts = [given.get(key) for key in ("given", "non-dropping-particle", "family")]
    return str(given.get("literal") or " ".join(str(part) for part in parts if part))


def _affiliation(given: Any, known: dict[str, str]) -> str:
    """Return an affiliation's name; one with an `id` can be reused with `ref`."""
    if not isinstance(given, Mapping):
        return str(given or "")
    if "ref" in given:
        return known.get(str(given["ref"]), "")
    name = str(given.get("name") or "")
    if "id" in given:
        known[str(given["id"])] = name
    return name


def plain(given: Any) -> str:
    """Return Markdown as plain text; an empty string if there is none."""
    return tree.plain(read_inlines(str(given))) if given else ""
