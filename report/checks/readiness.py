"""Check that a report is ready for release: claims, disclosure, citations, numbers, commit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analysis.errors import ChapterFailed, ClaimBroken, ExhibitHeld, NotReady
from analysis.exhibits.parts.exhibit import Claim, Exhibit, Figure, Number
from audit.trace.repository import changes, enclosing_repository
from report.checks.literal_sources import pinned_literals
from report.checks.prose import BareNumber, bare_numbers, texts_of
from report.checks.release import EXCEPTIONS_PLACE
from report.reuse.values import stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import Any

    from audit.trace.repository import Commit
    from press.chapter.book import Book
    from report.exhibit_references import Use


SHOWN_AT_MOST = 12


def broken_claims(values: Mapping[str, Any]) -> dict[str, Claim]:
    """Return the claims that are no longer true, or not known to be true, by name."""
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, Claim) and not value.holds
    }


def held_exhibits(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the reasons for which disclosure control withholds exhibits, by name."""
    exhibits = {name: value for name, value in values.items() if isinstance(value, Exhibit)}
    return {name: each.status.reason for name, each in exhibits.items() if each.status.held}


def unreadable(values: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the faults that make words in figures unreadable, by name of the figure."""
    figures = {name: value for name, value in values.items() if isinstance(value, Figure)}
    return {name: each.faults for name, each in figures.items() if each.faults}


def refuse_unreadable(values: Mapping[str, Any], used: Iterable[Use]) -> None:
    """Stop a release that shows a figure with unreadable words."""
    places = {use.name: use.location for use in used}
    lines = [
        f"  {places[name]} {name}: {fault}"
        for name, faults in unreadable(values).items()
        if name in places
        for fault in faults
    ]
    if lines:
        raise NotReady(
            "\n".join(["words in figures can't be read:", *lines[:SHOWN_AT_MOST]]),
            remedy="give them a size, a colour or a place in which they can",
        )


def refuse_unready(values: Mapping[str, Any]) -> None:
    """Stop a release with a broken claim or a withheld exhibit."""
    broken = broken_claims(values)
    if broken:
        lines = []
        for unknown, heading in (
            (False, "sentences are no longer true:"),
            (True, "counts are too small to show whether sentences are true:"),
        ):
            own = [f"  {name}: {claim.seen}; needed: {claim.rule}"
                   for name, claim in broken.items() if claim.unknown is unknown]  # fmt: skip
            lines += [heading, *own] if own else []
        raise ClaimBroken("\n".join(lines), remedy="rewrite each sentence")
    kept = [f"  {name}: {reason}" for name, reason in held_exhibits(values).items()]
    if kept:
        raise ExhibitHeld(
            "\n".join(["disclosure control withholds:", *kept]),
            remedy=f"show less, or record who lets it through, and why, in {EXCEPTIONS_PLACE}",
        )


def refuse_unanswered(contact: str) -> None:
    """Stop a release that names no contact."""
    if not contact.strip():
        raise NotReady(
            "study.toml: contact is empty, and the project has no public repository: a reader "
            "would have nobody to write to",
            remedy='name a post, an address or a web page, such as contact = "evaluation@..."',
        )


def refuse_uncommitted(root: Path, commit: Commit) -> None:
    """Stop a release whose files differ from its commit, and list those that do."""
    if commit.clean:
        return
    outer = enclosing_repository(root)
    if outer is not None:
        raise NotReady(
            f"this folder is not a repository itself: it is inside {outer}, whose commits "
            "do not contain it",
            remedy="clone the project's repository and build the release there",
        )
    if commit.id is None:
        raise NotReady(
            "this folder is not under version control: it may come from a zip file",
            remedy="clone the project's repository and build the release there",
        )
    found = changes(root)
    more = [f"  and {len(found) - SHOWN_AT_MOST} more"] if len(found) > SHOWN_AT_MOST else []
    lines = [*(f"  {each}" for each in found[:SHOWN_AT_MOST]), *more]
    raise NotReady(
        "\n".join([f"these files are not those of commit {commit.id[:12]}:", *lines]),
        remedy="commit or restore each; where git status does not show one, git was set to ignore "
        "its changes: git update-index --no-assume-unchanged --no-skip-worktree FILE, or see "
        ".gitignore and .git/info/exclude",
    )


def numbers_by_hand(
    root: Path, book: Book, used: Iterable[Use], values: Mapping[str, Any]
) -> list[BareNumber]:
    """Return the numbers in chapters that no exhibit prints.

    Numbers in a claim's sentence are checked by its rule.
    """
    lines = [line for chapter in book.chapters for line in texts_of(chapter)]
    texts = stated(values, "printed numbers", lambda: _printed_numbers(values))
    printed = {use.name: texts[use.name] for use in used if use.name in texts}
    return bare_numbers(lines, pinned_literals(root), printed)


def _printed_numbers(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: value.text for name, value in values.items() if isinstance(value, Number)}


def refuse_bare(bare: Iterable[BareNumber]) -> None:
    """Stop a release whose chapters contain a number written by hand."""
    lines = [f"  {number}" for number in bare]
    if lines:
        raise ClaimBroken(
            "\n".join(["numbers that rest on nothing:", *lines]),
            remedy="print each from the ledger",
        )


KEY = re.compile(r"@([\w-]+)")
"""A source's key in a citation."""


def check_citations(root: Path, used: Iterable[Use], values: Mapping[str, Any]) -> None:
    """Stop if a chapter shows a published number or sentence without citing its source.

    The exhibit names the source and section that `data/published` states for it.

    Raises
    ------
    ChapterFailed
        With the chapter, the line and the source to cite.
    """
    cited: dict[str, set[str]] = {}
    sources = stated(values, "sources", lambda: _sources(values))
    for use in used:
        source = sources.get(use.name, "")
        if not source:
            continue
        file = use.location.file
        if file not in cited:
            cited[file] = set(KEY.findall((root / file).read_text(encoding="utf-8")))
        for key in KEY.findall(source):
            if key not in cited[file]:
                raise ChapterFailed(
                    f"'{use.name}' was published in {source}, which this chapter does not cite",
                    place=str(use.location),
                    remedy=f"cite [@{key}] next to it, or correct its source in data/published/",
                )


def _sources(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the source of each exhibit that has one."""
    found = {name: getattr(value, "source", "") for name, value in values.items()}
    return {name: source for name, source in found.items() if isinstance(source, str) and source}
