"""`report verify`: state in plain language whether a delivered PDF can be trusted."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import VerificationFailed
from audit.seal.verification import Verification, clone, examine, pdf_bytes
from audit.terminal import print_json, print_lines, quoted
from report.checks.clone_literals import clone_literals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.trace.rerun import Rerun

SHOWN_AT_MOST = 20
DRAFT = "built as a draft"
NOT_PROVED = "self-consistent; origin not proved"


def verify(
    pdf: Path,
    *,
    signers: Path | None = None,
    expected: str | None = None,
    rerun: bool = False,
    data: Path | None = None,
    as_json: bool = False,
) -> int:
    """Print the verdict on a PDF; return 0 if it passes and 8 if it fails.

    Parameters
    ----------
    pdf
        The file as delivered.
    signers
        `ssh-keygen`'s file of allowed signers.
    expected
        A digest of it that was published elsewhere.
    rerun
        Compute everything again and compare.
    data
        Folder of the extract from which to compute; None for the one that `study.toml` names.
    as_json
        Print the verdict as JSON.
    """
    # Read once, so that the file recomputed is the file verified, even if it changes meanwhile.
    source = pdf_bytes(pdf)
    found = examine(pdf, signers, expected, data=source, pinned=partial(clone_literals, clone()))
    again = _rerun(pdf, data, source) if rerun else None
    holds = _holds(found, asked=bool(signers) or expected is not None)
    holds = holds and (again is None or again.reproducible)
    if as_json:
        print_json(as_dictionary(found, again, holds=holds))
    else:
        print_lines(verdict(pdf.name, found))
        print_lines(_reproducible(again))
        print_lines([f"verdict       {_summary(found, again, holds=holds)}"])
    return 0 if holds else VerificationFailed.exit_code


def _rerun(pdf: Path, data: Path | None, source: bytes) -> Rerun:
    # The modules that compute take seconds to import, and only a rerun needs them.
    from report.reproduction.rerun import rerun

    return rerun(clone(), pdf, data, source)


def _holds(found: Verification, *, asked: bool) -> bool:
    return found.intact and found.consistent and (found.proved or not asked)


def verdict(name: str, found: Verification) -> Iterator[str]:
    """Yield the lines of a verdict."""
    seal = found.seal
    yield f"{quoted(name)}: {quoted(seal.title)}"
    yield f"  commit {quoted(str(seal.commit)) or 'unknown'}, seal {seal.digest}"
    if found.intact:
        yield (
            f"intact        yes: {len(seal.pages)} pages, {len(seal.figures)} figures and "
            f"{len(seal.files)} attachments are as they were sealed"
        )
    else:
        yield f"intact        NO: {_altered(found)}"
        yield from _some([each.what for each in found.altered])
    yield from _consistent(found)
    yield from (f"origin        {quoted(line)}" for line in _origin(found))
    yield from (f"note          {quoted(line)}" for line in found.notes)


def _altered(found: Verification) -> str:
    """Return why a PDF is not intact: alterations, or a signature over something else."""
    parts = []
    if found.altered:
        parts.append(f"{_count(len(found.altered), 'alteration')} since it was sealed")
    if found.signature is not None and not found.signature.good:
        parts.append("its signature is not of this seal")
    return "; ".join(parts)


def _consistent(found: Verification) -> Iterator[str]:
    numbers = found.coverage
    if numbers is None:
        yield "consistent    not known: there is no ledger that can be read"
        return
    kinds = Counter(number.kind for number in numbers.numbers)
    word = "yes" if found.consistent else "NO"
    yield (
        f"consistent    {word}: of {len(numbers.numbers):,} numbers in the text "
        f"{kinds['ledger']:,} are values of the ledger, {kinds['literal']:,} are literals, "
        f"{kinds['untraced']:,} are untraced: coverage {_percent(numbers.share)}, "
        f"without literals {_percent(numbers.share_of_values)}"
    )
    yield from _some(
        [f"page {n.page}: {n.text} is untraced, in “{n.around}”" for n in numbers.untraced]
    )
    yield from _some(
        [
            f"{m.chapter}: {m.text} of {m.reference} ({m.name}) is not printed where it should be"
            for m in numbers.missing
        ]
    )


def _reproducible(again: Rerun | None) -> Iterator[str]:
    if again is None:
        yield "reproducible  not checked: --rerun recomputes it"
        return
    yield from again.verdict()
    yield from _some(list(again.differences()))
    yield from (f"note          {quoted(line)}" for line in again.notes)


def _origin(found: Verification) -> Iterator[str]:
    signature = found.signature
    if signature is None:
        yield "not signed"
    elif not signature.good:
        yield f"the signature is NOT of this seal: {signature.said}"
    elif signature.signer:
        yield f"signed by {signature.signer}, with {signature.key}"
    else:
        said = signature.said or "name a file of allowed signers to see whose it is"
        yield f"signed with {signature.key}, a key that nothing here confirms: {said}"
    if found.published is not None:
        yield (
            "the digest published elsewhere is this PDF's"
            if found.published
            else "the digest published elsewhere is NOT this PDF's"
        )


def _summary(found: Verification, again: Rerun | None, *, holds: bool) -> str:
    if not holds:
        untold = again is not None and bool(again.hindrance)
        sound = found.intact and found.consistent
        return "whether it is reproducible is not known" if untold and sound else "fails"
    computed = "" if again is None else "reproducible; "
    draft = f"; {DRAFT}" if _released(found) is False else ""
    return computed + ("passes, and its origin is proved" if found.proved else NOT_PROVED) + draft


def _released(found: Verification) -> bool | None:
    """Return whether the report was built as a release; None if there is no ledger."""
    return found.ledger.release if found.ledger else None


def _some(lines: list[str]) -> Iterator[str]:
    yield from (f"  - {quoted(line)}" for line in lines[:SHOWN_AT_MOST])
    if len(lines) > SHOWN_AT_MOST:
        yield f"  - and {len(lines) - SHOWN_AT_MOST} more; --json lists all"


def _percent(share: float) -> str:
    """Return a share as text, rounded down so that only 1 gives 100%.

    Examples
    --------
    >>> _percent(0.9999), _percent(1.0)
    ('99.9%', '100.0%')
    """
    return f"{math.floor(1000 * share) / 10:.1f}%"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def as_dictionary(found: Verification, again: Rerun | None, *, holds: bool) -> dict[str, Any]:
    """Return a verdict as plain data for other programs."""
    numbers = found.coverage
    return {
        "holds": holds,
        "intact": found.intact,
        "consistent": found.consistent,
        "origin_proved": found.proved,
        "written": found.form.value,
        "seal": found.seal.digest,
        "commit": found.seal.commit,
        "release": _released(found),
        "altered": [asdict(each) for each in found.altered],
        "coverage": None if numbers is None else round(numbers.share, 6),
        "coverage_without_literals": None if numbers is None else round(numbers.share_of_values, 6),
        "untraced": [asdict(each) for each in numbers.untraced] if numbers else [],
        "missing": [asdict(each) for each in numbers.missing] if numbers else [],
        "signature": asdict(found.signature) if found.signature else None,
        "published_digest": found.published,
        "rerun": again.as_dictionary() if again else None,
        "notes": list(found.notes),
    }
