"""Citations and the bibliography, produced by pandoc's citation processor."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from press.document import tree
from press.document.page import Page
from press.document.pandoc import document, metadata, path_argument, run
from press.document.tree import Node, Nodes
from press.errors import Location, Mistakes, ProjectError, TypesettingError, UnknownSourceError
from press.project.resources import relative

# Options that the citation processor uses; the language determines the quotation marks.
_OBEYED = ("lang", "link-citations", "notes-after-punctuation", "reference-section-title",
           "suppress-bibliography")  # fmt: skip


@dataclass(frozen=True)
class Sources:
    """The bibliography of a book.

    Parameters
    ----------
    files
        Bibliography files.
    style
        The CSL style; None for pandoc's default.
    keys
        The keys of its entries.
    listed
        Entries given in the metadata, under `references`.
    """

    files: tuple[Path, ...]
    style: Path | None
    keys: frozenset[str]
    listed: tuple[Mapping[str, Any], ...] = ()


def read_sources(root: Path, options: Mapping[str, Any], asked_at: Location | None) -> Sources:
    """Read the bibliography named in the metadata of a project or chapter."""
    given = options.get("bibliography") or []
    names = [str(name) for name in given] if isinstance(given, list) else [str(given)]
    files = tuple(root / name for name in names)
    keys: set[str] = set()
    for file, name in zip(files, names, strict=True):
        if not file.is_file():
            raise ProjectError(f"there is no bibliography {name}", asked_at, "write the file")
        try:
            keys |= _keys(file)
        except TypesettingError as error:
            line = re.search(r"line (\d+)", error.what)
            place = Location(name, int(line[1]) if line else 0)
            remedy = "correct the entry on that line"
            raise ProjectError("the bibliography cannot be read", place, remedy) from None
    style = options.get("csl")
    if style and not (root / str(style)).is_file():
        raise ProjectError(f"there is no citation style {style}", asked_at, "write the file")
    listed = tuple(one for one in options.get("references") or [] if isinstance(one, Mapping))
    keys |= {str(one["id"]) for one in listed if "id" in one}
    return Sources(files, root / str(style) if style else None, frozenset(keys), listed)


def _keys(file: Path) -> frozenset[str]:
    return _keys_of(file.suffix, file.read_text(encoding="utf-8"))


@lru_cache(maxsize=64)  # each chapter reads the same files
def _keys_of(suffix: str, given: str) -> frozenset[str]:
    reader = {".bib": "biblatex", ".json": "csljson", ".yaml": "markdown", ".yml": "markdown"}
    form = reader.get(suffix, "biblatex")
    entries = json.loads(run(["-f", form, "-t", "csljson"], given))
    return frozenset(str(entry["id"]) for entry in entries)


def together(all_sources: Iterable[Sources]) -> Sources:
    """Merge the bibliographies of all chapters."""
    given = list(all_sources)
    files = tuple(dict.fromkeys(file for sources in given for file in sources.files))
    style = next((sources.style for sources in given if sources.style), None)
    keys = frozenset(key for sources in given for key in sources.keys)
    listed = {str(one.get("id")): one for sources in given for one in sources.listed}
    return Sources(files, style, keys, tuple(listed.values()))


def unquoted(options: Mapping[str, Any]) -> list[str]:
    """Return the keys in `nocite`, which are listed without a citation in the text."""
    return re.findall(r"@\{?([\w:.#$%&+?<>~/-]*\w)", str(options.get("nocite") or ""))


def cited(blocks: Any) -> list[str]:
    """Return the keys cited in blocks, in order and without duplicates."""
    keys = [
        citation["citationId"] for node in tree.nodes(blocks, "Cite") for citation in node["c"][0]
    ]
    return list(dict.fromkeys(keys))


def check_citations(page: Page, blocks: Nodes, sources: Sources, found: Mistakes) -> None:
    """Record every cited key that is not in the bibliography."""
    for key in cited(blocks):
        if key not in sources.keys:
            found.add(
                UnknownSourceError(
                    f"the citation @{key} is not in the bibliography",
                    page.source.location_of(rf"@\{{?{re.escape(key)}"),
                    "correct the key, or add the source",
                )
            )


def with_citations(
    blocks: Nodes, sources: Sources, options: Mapping[str, Any], also: Iterable[str] = ()
) -> Nodes:
    """Format the citations in blocks and add the bibliography.

    Parameters
    ----------
    blocks
        Blocks of pandoc's own nodes only. The bibliography goes into the div `refs`, or last.
    sources
        The bibliography.
    options
        Metadata: `nocite`, and the options of pandoc's citation processor, such as the language.
    also
        Keys to list besides those cited.
    """
    if not sources.files and not sources.listed:
        return blocks
    nocite = str(options.get("nocite") or "") + " ".join(f" @{{{key}}}" for key in also)
    if not cited(blocks) and not nocite.strip():
        return blocks
    given = {key: options[key] for key in _OBEYED if options.get(key) is not None}
    given |= {"nocite": nocite} if nocite.strip() else {}
    given |= {"references": [dict(one) for one in sources.listed]} if sources.listed else {}
    read = document(blocks, {key: metadata(value) for key, value in given.items()})
    arguments = ["-f", "json", "-t", "json", "--citeproc"]
    arguments += [] if "link-citations" in given else ["-M", "link-citations=true"]
    arguments += [f"--bibliography={path_argument(file)}" for file in sources.files]
    arguments += [f"--csl={path_argument(sources.style)}"] if sources.style else []
    return list(json.loads(run(arguments, json.dumps(read)))["blocks"])


def is_sources_page(page: Page) -> bool:
    """Return whether a page contains the bibliography."""
    if page.lists_sources is None:
        divs = tree.nodes(page.blocks, "Div")
        page.lists_sources = any(tree.identifier(node) == "refs" for node in divs)
    return page.lists_sources


def with_sources_elsewhere(blocks: Nodes, page: Page, home: Page) -> Nodes:
    """Hide a page's own bibliography and link its citations to the one on `home`."""
    address = relative(home.html, page.html)

    def visit(node: Node) -> Node | None:
        if node["t"] == "Link" and node["c"][2][0].startswith("#ref-"):
            attr, content, (anchor, title) = node["c"]
            return {"t": "Link", "c": [attr, content, [address + anchor, title]]}
        if node["t"] == "Div" and tree.identifier(node) == "refs":
            (name, marks, pairs), content = node["c"]
            hidden = [name, marks, [*pairs, ["style", "display: none"]]]
            return {"t": "Div", "c": [hidden, content]}
        return None

    return list(tree.walk(blocks, visit))
