"""Make a record of the ledger from an exhibit and its lineage."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

from analysis.disclosure import safe_csv
from analysis.exhibits.parts.disclosure_check import printed_precision
from analysis.exhibits.parts.exhibit import Claim, Figure, Number, Provenance, Table
from analysis.exhibits.parts.markdown import markdown
from audit.coverage.literals import numbers
from audit.ledger.record import (
    ClaimRecord,
    FigureRecord,
    Internal,
    NumberRecord,
    TableRecord,
    Working,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from analysis.exhibits.parts.exhibit import Exhibit
    from audit.ledger.record import Location, Record
    from audit.trace.lineage import Lineage

LIMITS = 2
"""Number of limits of an interval."""


def record(
    name: str,
    exhibit: Exhibit,
    provenance: Provenance,
    lineage: Lineage,
    places: Iterable[Location],
    seed: int | None = None,
    *,
    compared: tuple[str, ...] = (),
) -> Record:
    """Return the ledger's record of one exhibit.

    Parameters
    ----------
    seed
        Seed of the study; kept if the exhibit depends on it.
    compared
        For a claim, the values that its rule compares, where its evidence prints them.
    """
    open_ = not exhibit.status.held
    common: dict[str, Any] = {
        "id": name,
        "reference": provenance.reference,
        "printed": printed(exhibit) if open_ or not isinstance(exhibit, Figure | Table) else "",
        "digest": exhibit_digest(exhibit),
        "disclosure": exhibit.status.outcome,
        "reason": exhibit.status.reason,
        "function": lineage.function,
        "nodes": lineage.nodes,
        "upstream": lineage.upstream,
        "files": lineage.files,
        "columns": lineage.columns,
        "deciding": lineage.deciding,
        "settings": lineage.settings,
        "seed": seed if "seed" in lineage.settings else None,
        "shown": tuple(str(place) for place in places),
    }
    match exhibit:
        case Number():
            return _number(common, exhibit) if open_ else NumberRecord(**common, unit=exhibit.unit)
        case Claim():
            return ClaimRecord(
                **common,
                internal=Internal(seen=exhibit.seen),
                rule=exhibit.rule,
                source=exhibit.source if open_ else "",
                evidence=exhibit.evidence,
                seen="" if exhibit.holds else exhibit.seen,
                holds=exhibit.holds if open_ and not exhibit.unknown else None,
                compared=compared if open_ else (),
            )
        case Table():
            return _table(common, exhibit)
        case Figure():
            return FigureRecord(**common, **_data(exhibit))


def _number(common: dict[str, Any], number: Number) -> NumberRecord:
    return NumberRecord(
        **common,
        internal=Internal(number.value, number.interval),
        value=printed_value(number),
        unit=number.unit,
        n=number.n,
        interval=_released_interval(number),
        source=number.source,
        working=Working(**asdict(number.working)) if number.working else None,
    )


def _table(common: dict[str, Any], table: Table) -> TableRecord:
    if table.status.held:
        return TableRecord(**common, **_data(table))
    return TableRecord(
        **common,
        **_data(table),
        cells=(*table.header, *(cell for row in table.rows for cell in row)),
        row_headings=table.row_headings,
        note=table.note,
    )


def _data(exhibit: Figure | Table) -> dict[str, Any]:
    """Return the fields of a record that describe the data behind a figure or table."""
    if exhibit.status.held:
        return {"period": exhibit.period}
    return {
        "period": exhibit.period,
        "described": dict(exhibit.columns),
        "data": hashlib.sha256(safe_csv(exhibit.data).encode()).hexdigest(),
    }


def printed_value(number: Number) -> float | None:
    """Return a number at its printed precision; None if it is printed as words.

    Examples
    --------
    >>> printed_value(Number(0.98765, "99%", "per cent")), printed_value(Number(-0.3, "−0.3", ""))
    (99.0, -0.3)
    >>> printed_value(Number("Lambeth", "Lambeth", "pilot"))
    """
    if number.value is None or isinstance(number.value, str):
        return None
    found = _numerals(number.text)
    return found[0] if found else None


def _numerals(text: str) -> list[float]:
    """Return the numbers in a text, skipping anything else with a digit, such as a reference."""
    found = []
    for each in numbers(text):
        plain = each.text.replace(",", "").replace("−", "-").replace("–", "-")
        try:
            found.append(float(plain))
        except ValueError:
            continue
    return found


def _released_interval(number: Number) -> tuple[float, float] | None:
    """Return the limits of an interval as printed; if not printed, at printed precision."""
    if number.interval is None:
        return None
    low, high = number.interval
    printed = _numerals(number.text)[1:3]
    if len(printed) == LIMITS and printed[0] <= printed[1]:
        return printed[0], printed[1]
    return printed_precision(low), printed_precision(high)


def printed(exhibit: Exhibit) -> str:
    """Return what a reader sees of an exhibit, on one line."""
    match exhibit:
        case Number():
            return exhibit.text
        case Claim():
            return exhibit.printed
        case Table():
            return " | ".join(exhibit.header)
        case Figure():
            return exhibit.alt


def exhibit_digest(exhibit: Exhibit) -> str:
    """Return the SHA-256 of what is displayed and the released data behind it."""
    digest = hashlib.sha256(markdown(exhibit, Provenance("")).encode())
    if isinstance(exhibit, Figure | Table) and not exhibit.status.held:
        digest.update(exhibit.data.to_csv(index=False, lineterminator="\n").encode())
    if isinstance(exhibit, Figure) and not exhibit.status.held:
        digest.update(exhibit.svg.encode())
        digest.update(exhibit.narrow.encode())
    return digest.hexdigest()


SCALES = (1, 100)
"""Factors: a share may be released as a proportion and compared as a percentage."""


def shown_evidence(exhibit: Any, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parts of what a claim's rule compares that its evidence already shows.

    A part is left out if any of its numbers is in none of the exhibits in evidence, because a rule
    may compare more than the report prints.

    Parameters
    ----------
    exhibit
        Any exhibit; only a claim has such parts.
    values
        Every exhibit by name.
    """
    if not isinstance(exhibit, Claim) or exhibit.status.held:
        return ()
    shown = [
        each for name in exhibit.evidence for each in _printed(values.get(name)) if isfinite(each)
    ]
    parts = [part.strip() for part in exhibit.seen.split("; ") if numbers(part)]
    return tuple(part for part in parts if all(_among(each.text, shown) for each in numbers(part)))


def _among(numeral: str, shown: list[float]) -> bool:
    text = numeral.replace(",", "").replace("−", "-")
    decimals = len(text.partition(".")[2])
    try:
        value = float(text)
    except ValueError:
        return False
    return any(round(scale * each, decimals) == value for scale in SCALES for each in shown)


def _printed(exhibit: Any) -> Iterator[float]:
    """Yield the numbers that an exhibit prints or releases."""
    match exhibit:
        case Number():
            yield from _numbers_shown(exhibit.text)
        case Figure() | Table() if not exhibit.status.held:
            for each in exhibit.data.to_numpy().ravel():
                if isinstance(each, str):
                    yield from _numbers_shown(each)
                elif isinstance(each, Real):
                    yield float(each)
            for cell in exhibit.rows if isinstance(exhibit, Table) else ():
                yield from (n for text in cell for n in _numbers_shown(text))


def _numbers_shown(text: str) -> Iterator[float]:
    for each in numbers(text):
        try:
            yield float(each.text.replace(",", "").replace("−", "-"))
        except ValueError:
            continue
