"""Write the certificate: one page in plain language on a report's basis and how to check it.

Written from the ledger alone, so that the two cannot disagree.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from audit.documents.appendix import UNBUILT, Markdown, ledger_at_hand, of_program
from audit.ledger.record import ClaimRecord, Float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.ledger.ledger import Ledger

FILE = "certificate.txt"
KINDS = ("figure", "table", "number", "claim")
PLURALS = {"claim": "sentences checked by a rule"}
CONTROL_TOTALS = "control_totals"
"""The data contract that checks the totals confirmed by the data supplier."""
PUBLISHED = "data/published/"
# Disclosure outcomes that the certificate explains to the reader.
HELD, SUPPRESSED = "held", "released after suppression"


def paragraphs(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Yield the heading and the text of each part of the certificate.

    Parameters
    ----------
    ledger
        As read from its JSON.
    """
    yield "What this report rests on", _rests_on(ledger)
    yield "What passed", _passed(ledger)
    yield "What is invented", _invented(ledger)
    yield "What is held back", _held_back(ledger)
    yield "How to verify it", HOW


HOW = (
    "In a clone of the project, without a network connection, `python -m report verify`, followed "
    "by the name of this file, shows whether the file is as it was sealed and whether each number "
    "printed is in the ledger; with `--rerun` and the data, it recomputes everything and compares. "
    "`python -m report trace` followed by the reference under a figure or table gives the lines "
    "of code and the files behind it. Ledger, certificate, a description for other tools "
    "(RO-Crate) and the data behind the figures and tables are attached to this PDF."
)
LIMITS = (
    "Without a signature, or a digest published elsewhere, the seal shows damage but not forgery: "
    "anyone who alters a PDF can also seal it again. A number that can be traced and recomputed "
    "is not necessarily right: that depends on the methods, and is for reviewers to judge."
)


def _rests_on(ledger: Ledger) -> str:
    commit = ledger.commit
    files = [file for file in ledger.files if file.part == "extract"]
    made = (
        f"commit `{commit.id}` of the project's code"
        if commit.id
        else "code that is not under version control"
    )
    if ledger.program:
        made = f"commit `{commit.id}`" if commit.id else "files that are not under version control"
    state = "" if commit.clean or not commit.id else ", with changes that were not committed"
    kinds: Counter[str] = Counter(record.kind for record in ledger.records)
    shown = _listed([_count(kinds[kind], kind) for kind in KINDS if kinds[kind]])
    return (
        f"It was made by {made}{state}{of_program(ledger)}, "
        f"from {_count(len(files), 'data file')}. "
        f"Their rows and digests are in the ledger. It shows {shown}, each with its record "
        "in the ledger."
    )


def _passed(ledger: Ledger) -> str:
    totals: Counter[str] = Counter()
    for row in ledger.contracts.values():
        totals.update(row)
    parts = [
        f"Of {totals['rules']:,} rules of the data contracts, {totals['pass']:,} held, "
        f"{totals['warn']:,} gave a warning, {totals['fail']:,} were broken and "
        f"{totals['nothing tested']:,} had nothing to test."
    ]
    warned = [rule.rule for rule in ledger.rules if rule.outcome == "warn"]
    if warned:
        parts.append(f"Rules that gave a warning: {', '.join(warned)}.")
    parts.append(_totals(ledger))
    claims = [record for record in ledger.records if isinstance(record, ClaimRecord)]
    broken = [record for record in claims if record.broken]
    if broken:
        names = ", ".join(record.id for record in broken)
        parts.append(f"Sentences that are no longer true, marked in the text: {names}.")
    unknown = ", ".join(record.id for record in claims if record.unknown)
    if unknown:
        parts.append(
            "Sentences that cannot be judged because counts are too small, marked in the "
            f"text: {unknown}."
        )
    elif claims and not broken:
        parts.append("Every sentence checked by a rule satisfies it, or is marked in the text.")
    return " ".join(part for part in parts if part)


def _totals(ledger: Ledger) -> str:
    """Return whether the data supplier confirmed how much data they sent."""
    found = {rule.rule: rule.outcome for rule in ledger.rules
             if rule.dataset == CONTROL_TOTALS}  # fmt: skip
    if found.get(f"{CONTROL_TOTALS}-file", "") != "pass":
        return (
            "No control totals came with the data, so the data supplier has not confirmed that no "
            "records were lost, moved or exchanged in transfer."
        )
    if "warn" in found.values():
        return "The data differ from the data supplier's control totals."
    if ledger.label:
        return "The data agree with their control totals, which are invented as the data are."
    return "The data agree with the control totals that the data supplier confirmed."


def _invented(ledger: Ledger) -> str:
    if not ledger.label:
        return "Nothing: the data are those supplied."
    extract = {file.name for file in ledger.files if file.part == "extract"}
    shown = [record for record in ledger.records if isinstance(record, Float)]
    resting = [record for record in shown if extract & set(record.files)]
    published = [
        record
        for record in ledger.records
        if record.files and all(name.startswith(PUBLISHED) for name in record.files)
    ]
    return (
        f"The records of the extract: every page is marked '{ledger.label}', because the "
        f"register of invented files lists at least one of the files read. Of {len(shown):,} "
        f"figures and tables, {len(resting):,} rest on them. "
        "No number computed from them is evidence about any child, school or authority. "
        f"Published results are not invented: of all {len(ledger.records):,} exhibits, numbers "
        f"and sentences among them, {len(published):,} "
        f"{'rests' if len(published) == 1 else 'rest'} on those alone."
    )


def _held_back(ledger: Ledger) -> str:
    held = [record for record in ledger.records if record.disclosure == HELD]
    part = [record for record in ledger.records if record.disclosure == SUPPRESSED]
    if not held and not part:
        return "Nothing: disclosure control released every exhibit unchanged."
    words = []
    if part:
        words.append(
            f"Small counts are left out of {_count(len(part), 'exhibit')} "
            f"({', '.join(sorted(record.reference for record in part))})."
        )
    if held:
        words.append(f"Held back as a whole: {', '.join(sorted(record.id for record in held))}.")
    return " ".join(words)


def certificate() -> Markdown:
    """Show the certificate of the current build, as the book's closing page."""
    found = ledger_at_hand()
    return Markdown(as_markdown(found[1]) if found else UNBUILT)


def limits() -> Markdown:
    """Show what a verification cannot establish."""
    return Markdown(LIMITS)


def as_markdown(ledger: Ledger) -> str:
    """Return the certificate, without its limits, for the closing page of the book."""
    return "\n\n".join(f"**{heading}.** {text}" for heading, text in paragraphs(ledger))


def as_text(ledger: Ledger) -> str:
    """Return the certificate as it is attached to the PDF: plain text, 78 characters per line."""
    parts = [f"Certificate\n{ledger.title}"]
    parts += [
        f"{heading}\n{textwrap.fill(text.replace('`', ''), 78)}"
        for heading, text in (*paragraphs(ledger), ("Limits", LIMITS))
    ]
    return "\n\n".join(parts) + "\n"


def _count(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {PLURALS.get(noun, noun + 's')}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
