"""Disclosure checks of a build: the intruder's check, and comparison with earlier releases."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING, Any

from analysis.disclosure import (
    ESTIMATE,
    EXCEPTIONS,
    ReleasedData,
    Revealed,
    read_exceptions,
    revealed_by,
)
from analysis.errors import ConfigurationError, ExhibitHeld
from audit.ledger.bundle import read_bundle, read_folder
from audit.ledger.record import Float, NumberRecord
from audit.terminal import print_lines
from report.finish import LEDGER
from report.reuse.values import stated

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from analysis.evaluation import Evaluation
    from audit.ledger.bundle import Bundle
    from audit.ledger.ledger import Ledger

EXCEPTIONS_PLACE = f"data_contracts/{EXCEPTIONS}"
_WHOLE = re.compile(r"-?\d{1,3}(,\d{3})+|-?\d+")
_DECIMAL = re.compile(r"-?\d+\.\d+(e[-+]?\d+)?|-?\d+e[-+]?\d+")
_HIDDEN = "c"


def intruder_check(values: Mapping[str, Any]) -> str:
    """Return the intruder's check of every table of counts as text, one line per table."""
    return str(stated(values, "intruder's check", lambda: _intruder_check(values)))


def _intruder_check(values: Mapping[str, Any]) -> str:
    import pandas as pd

    lines = []
    for name, value in sorted(values.items()):
        check = getattr(value, "check", None)
        if not isinstance(check, pd.DataFrame):
            continue
        for row in check.to_dict("records"):
            width = row["narrowest_range"]
            narrowest = "nothing hidden" if pd.isna(width) else f"narrowest range {width:.0f}"
            verdict = "safe" if row["safe"] else "NOT SAFE"
            lines.append(
                f"    {name}.{row['table']}: {row['cells']} cells, {row['hidden']} hidden, "
                f"{narrowest}, {verdict}"
            )
    return "\n".join(["intruder's check:", *lines])


def earlier_releases(against: Sequence[Path]) -> tuple[Bundle, ...]:
    """Return the earlier releases with which a build is compared.

    Raises
    ------
    ConfigurationError
        If one is not a release, or cannot be read.
    """
    found = []
    for path in against:
        try:
            found.append(read_bundle(path))
        except ConfigurationError as error:
            raise ConfigurationError(
                error.what,
                place=f"--against {path}",
                remedy="name the PDF of a release, the folder of its book, or its ledger.json",
            ) from None
    return tuple(found)


def compare_releases(
    evaluation: Evaluation, ledger: Ledger, earlier: Sequence[Bundle]
) -> tuple[Revealed, ...]:
    """Print and return what this build and earlier releases would reveal together.

    Only exhibits that depend on children's records are compared, except those that a recorded
    exception releases.
    """
    if not earlier:
        return ()
    children = {
        contract.file
        for contract in evaluation.compute(["contracts"])["contracts"].values()
        if contract.sensitivity == "child"
    }
    excepted = {
        each.exhibit
        for each in read_exceptions(evaluation.root / EXCEPTIONS_PLACE)
    }  # fmt: skip
    about = {r.id for r in ledger.records if children & set(r.files)} - excepted
    days = {
        text
        for outcome in evaluation.study.outcomes
        if outcome.measure == "days"
        for text in (outcome.name, outcome.label)
    }
    new = released_data(read_folder(evaluation.root / LEDGER.parent, "this build"), about, days)
    before = [released_data(bundle, about, days) for bundle in earlier]
    rules = evaluation.compute(["disclosure_rules"])["disclosure_rules"]
    found = revealed_by(new, before, rules)
    print_lines([f"  against {len(earlier)} earlier: {len(found)} cells would be revealed"])
    print_lines(f"    {_line(each)}" for each in found)
    for bundle, old in zip(earlier, before, strict=True):
        _print_not_compared(bundle.name, set(new), set(old))
    return found


def _line(each: Revealed) -> str:
    return f"{each.exhibit}: {each.cell}: {each.how}"


def _print_not_compared(name: str, new: set[str], old: set[str]) -> None:
    """Print the exhibits that only one of two releases shows: they are compared with nothing."""
    for which, alone in (("new here", new - old), (f"only in {name}", old - new)):
        if alone:
            print_lines([f"    {which}, so compared with nothing: {', '.join(sorted(alone))}"])


def refuse_revealing(found: tuple[Revealed, ...]) -> None:
    """Stop a release that would reveal a cell in combination with an earlier one."""
    if found:
        lines = [f"  {_line(each)}" for each in found]
        raise ExhibitHeld(
            "\n".join(
                ["together with an earlier release, these reveal suppressed counts:", *lines]
            ),
            remedy="suppress these cells too, release what was released before, or record "
            f"who decided differently, and why, for the exhibit in {EXCEPTIONS_PLACE}",
        )


def released_data(
    bundle: Bundle, about: Collection[str], days: Collection[str] = ()
) -> dict[str, ReleasedData]:
    """Return the released data of a build in the form for `analysis.disclosure.revealed_by`.

    Parameters
    ----------
    bundle
        The build.
    about
        Names of the exhibits to compare.
    days
        Names and labels of the outcomes that are measured in days.

    Raises
    ------
    ConfigurationError
        If a part is unreadable, missing or not what the ledger names, or the build has none of
        these exhibits.
    """
    found = {}
    try:
        for name, record in bundle.records.items():
            if name not in about:
                continue
            if isinstance(record, Float) and not record.held:
                _check_data(bundle, name, record.data)
                sums = {c for c, text in record.described.items() if text.startswith(tuple(days))}
                cells = _frame(bundle.data[name])
                found[name] = ReleasedData(cells, frozenset({*days, *sums}))
            elif isinstance(record, NumberRecord):
                found[name] = ReleasedData(_of_number(record))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise ConfigurationError(
            "what it released cannot be read",
            place=f"--against {bundle.name}",
            remedy="it was edited or truncated, or comes from another program: use the original",
        ) from None
    if not found:
        raise ConfigurationError(
            "it has no exhibit about children that this report has",
            place=f"--against {bundle.name}",
            remedy="name an earlier release of this report",
        )
    return found


def _check_data(bundle: Bundle, name: str, digest: str) -> None:
    """Refuse a release with missing or different data behind an exhibit: it would seem safe."""
    content = bundle.data.get(name, "")
    if digest and hashlib.sha256(content.encode()).hexdigest() == digest:
        return
    rows = content.count("\n") > 1
    if digest or not rows:
        wrong = "not those that its ledger names" if rows else "missing"
        raise ConfigurationError(
            f"the data behind {name} are {wrong}",
            place=f"--against {bundle.name}",
            remedy="files were emptied, renamed or edited: use the original",
        )


def _of_number(record: NumberRecord) -> pd.DataFrame:
    """Return the values that a number reveals: a count, or a ratio with its interval."""
    import pandas as pd

    told = {"printed": _cell(record.printed), "n": record.n}
    whole: dict[str, list[object]] = {
        k: [v] for k, v in told.items() if isinstance(v, int) or v == _HIDDEN
    }
    ends = record.interval
    if ends and record.value is not None and record.unit.startswith("ratio"):
        whole |= {k: [float(v)] for k, v in zip(ESTIMATE, (record.value, *ends), strict=True)}
    return pd.DataFrame(whole, dtype=object)


def _frame(content: str) -> pd.DataFrame:
    """Return released data with numeric cells converted, so that counts are recognised."""
    import pandas as pd

    text = pd.read_csv(io.StringIO(content), dtype=str, keep_default_na=False)
    return text.map(_cell).astype(object)


def _cell(text: str) -> object:
    text = text.strip()
    if _WHOLE.fullmatch(text):
        return int(text.replace(",", ""))
    if text in (f"[{_HIDDEN}]", _HIDDEN):
        return _HIDDEN
    if _DECIMAL.fullmatch(text):
        return float(text)
    return float("nan") if text == "" else text
