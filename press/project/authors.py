"""The authors of a book or a chapter, in every form their names may be written."""

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
    name
        The name as printed, with degrees.
    affiliations
        Names of the places he or she belongs to.
    """

    name: str
    affiliations: tuple[str, ...] = ()


def authors(given: Any, listed: Any = None) -> list[Author]:
    """Return authors: one or several, each a text or a mapping.

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
            out.append(Author(plain(item)))
            continue
        places = _listed(item.get("affiliations", item.get("affiliation")))
        names = [_affiliation(place, known) for place in places]
        degrees = [plain(degree) for degree in _listed(item.get("degrees"))]
        name = ", ".join([_name(item.get("name", item.get("literal"))), *degrees])
        out.append(Author(name, tuple(filter(None, names))))
    return out


def _listed(given: Any) -> list[Any]:
    if given in (None, "", {}):
        return []
    return given if isinstance(given, list) else [given]


def _name(given: Any) -> str:
    if not isinstance(given, Mapping):
        return plain(given)
    parts = [given.get(key) for key in ("given", "non-dropping-particle", "family")]
    return plain(given.get("literal") or " ".join(str(part) for part in parts if part))


def _affiliation(given: Any, known: dict[str, str]) -> str:
    """Return an affiliation's name; one with an `id` may be named again by `ref`."""
    if not isinstance(given, Mapping):
        return plain(given)
    if "ref" in given:
        return known.get(str(given["ref"]), "")
    name = plain(given.get("name"))
    if "id" in given:
        known[str(given["id"])] = name
    return name


def plain(given: Any) -> str:
    """Return Markdown as plain text; nothing for nothing."""
    return tree.plain(read_inlines(str(given))) if given else ""
