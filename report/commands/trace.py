"""`report trace`: show an exhibit's code and files, or the exhibits that depend on them."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError, VerificationFailed
from audit.ledger.cells import MARK, find_cell
from audit.ledger.reading import read_ledger
from audit.ledger.record import plain
from audit.terminal import print_json, print_lines
from audit.trace.freshness import changed_since
from audit.trace.queries import (
    BACKWARDS,
    Printed,
    affected_exhibits,
    as_number,
    closure,
    find_record,
    where_printed,
)
from audit.trace.repository import line_caveat
from audit.trace.text import touched_text, tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record

LEDGERS = (Path(".report") / "ledger.json", Path("_book") / "audit" / "ledger.json")
SHOWN_AT_MOST = 6


@dataclass(frozen=True)
class Asked:
    """Options of a trace: where the ledger is, and what to do besides printing.

    Attributes
    ----------
    ledger
        A ledger, or a PDF that contains one; None for that of the last build.
    as_json, open_page, run
        Print JSON; open the exhibit's audit page; compute the exhibit again.
    data
        Folder of the extract from which to compute; None for the one that `study.toml` names.
    """

    ledger: Path | None = None
    as_json: bool = False
    open_page: bool = False
    run: bool = False
    data: Path | None = None


def trace(identity: str, asked: Asked | None = None) -> int:
    """Answer a query on the ledger; return the exit code.

    Parameters
    ----------
    identity
        An exhibit's name, label or short reference, a cell such as `T3#2,1`, a number as
        printed, or a backward query such as `data:FILE#COLUMN`.
    """
    asked = asked or Asked()
    root = find_root(Path.cwd())
    ledger = ledger_at_hand(root, asked.ledger)
    _warn(line_caveat(root, ledger.commit.id))
    if identity.partition(":")[0] in BACKWARDS and ":" in identity:
        return _backwards(ledger, identity, root, asked)
    places = _places(ledger, identity)
    listed = {place.id.partition(MARK)[0]: None for place in places}
    if len(places) > 1 and not (asked.open_page or asked.run):
        _warn_changed(root, ledger, [find_record(ledger, each) for each in listed], asked)
        _list(places, as_json=asked.as_json)
        return 0
    name, _, position = (places[0].id if places else identity).partition(MARK)
    record = find_record(ledger, name)
    _warn_changed(root, ledger, [record], asked)
    cell = find_cell(record, position) if position else None
    if asked.as_json:
        whole = {**expanded_record(record, ledger), **({"cell": asdict(cell)} if cell else {})}
        print_json(whole)
    else:
        print_lines([str(cell)] if cell else [])
        print(tree(record, ledger))
    if asked.open_page:
        _open(root, record, asked.ledger)
    return _run(root, record, ledger, asked.data) if asked.run else 0


def _places(ledger: Ledger, identity: str) -> tuple[Printed, ...]:
    """Return where a number is printed; empty if the text is not a number.

    Raises
    ------
    ConfigurationError
        If no exhibit prints the number, or it is not written in the report's style.
    """
    number = as_number(identity)
    if number is None:
        if any(map(str.isdecimal, identity)) and not any(map(str.isalpha, identity)):
            raise ConfigurationError(
                "no number is written so in the report",
                place=identity,
                remedy="write one number as the report does: 0.41, 1,204 or -0.35",
            )
        return ()
    found = where_printed(ledger, number)
    if not found:
        raise ConfigurationError(
            f"no exhibit prints {number}",
            place=identity,
            remedy="write it as the report does, with its decimals; in a figure, name the figure",
        )
    return found


def _list(places: tuple[Printed, ...], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(place) for place in places])
        return
    print(f"printed in {len(places)} places; trace one of them:")
    print_lines(f"  {place.id:<8} {place.text}" for place in places)


def _warn_changed(root: Path, ledger: Ledger, records: Sequence[Record], asked: Asked) -> None:
    """Warn about files behind an answer that have changed since the ledger was made."""
    changed = changed_since(
        root,
        ledger,
        code=closure(ledger.code, {key for each in records for key in each.upstream}),
        files={file for each in records for file in each.files},
        settings={key for each in records for key in each.settings},
        chapters={place.rpartition(":")[0] for each in records for place in each.shown},
        extract=asked.data,
    )
    if changed:
        more = f" and {len(changed) - SHOWN_AT_MOST} more" if len(changed) > SHOWN_AT_MOST else ""
        _warn(
            f"changed since that build: {', '.join(changed[:SHOWN_AT_MOST])}{more}. The answer is "
            "that of the ledger; `report build` makes a new one"
        )


def find_root(start: Path) -> Path:
    """Return the project's folder, without importing the modules that compute."""
    for folder in (start, *start.parents):
        if (folder / "study.toml").is_file():
            return folder
    raise ConfigurationError(
        "no study.toml here or above",
        place=start.name,
        remedy="run this inside a clone of the project",
    )


def ledger_at_hand(root: Path, given: Path | None = None) -> Ledger:
    """Return the ledger of the last build, or the given one.

    Raises
    ------
    ConfigurationError
        If there is none, or it cannot be read.
    """
    found = [given] if given else [root / path for path in LEDGERS if (root / path).is_file()]
    if not found:
        raise ConfigurationError(
            "nothing was built yet",
            remedy="run `report build`, or give a delivered report: --ledger report.pdf",
        )
    return read_ledger(found[0])


def expanded_record(record: Record, ledger: Ledger) -> dict[str, Any]:
    """Return a record with everything that it refers to: code, files, rules, settings."""
    datasets = {each for name in record.files for each in ledger.inputs[name].datasets}
    code = sorted(closure(ledger.code, record.upstream))
    return {
        **plain(record),
        "commit": asdict(ledger.commit),
        "code": {key: asdict(ledger.code[key]) for key in code},
        "inputs": [asdict(file) for file in ledger.files if file.name in record.files],
        "rules": [asdict(rule) for rule in ledger.rules if rule.dataset in datasets],
        "study": {name: asdict(ledger.settings[name]) for name in record.settings},
        "environment": ledger.environment,
        "platform": ledger.platform,
    }


def _backwards(ledger: Ledger, question: str, root: Path, asked: Asked) -> int:
    if asked.run or asked.open_page:
        raise ConfigurationError(
            "--run and --open are for one exhibit", place=question, remedy="name one that it lists"
        )
    study = tomllib.loads((root / "study.toml").read_text(encoding="utf-8"))
    touched = affected_exhibits(ledger, question, study)
    _warn_changed(root, ledger, touched.records, asked)
    if not asked.as_json:
        print(touched_text(touched))
        return 0
    keys = ("id", "reference", "kind", "printed", "labels", "shown", "pages", "anchors")
    rests = [{key: plain(record)[key] for key in keys} for record in touched.records]
    whole = {"question": question, "what": touched.what, "note": touched.note, "touches": rests}
    print_json(whole)
    return 0


def _open(root: Path, record: Record, ledger: Path | None) -> None:
    """Open the audit page of an exhibit, next to the given ledger or in the last book."""
    import webbrowser

    beside = ledger is not None and ledger.suffix == ".json"
    folder = ledger.resolve().parent if ledger and beside else root / LEDGERS[1].parent
    page = folder / f"{record.id}.html"
    if not page.is_file():
        raise ConfigurationError(
            "this exhibit has no audit page here",
            place=f"{folder.parent.name}/{folder.name}/{page.name}",
            remedy="run `report build`, or give the ledger of a built book: "
            "--ledger BOOK/audit/ledger.json",
        )
    if not webbrowser.open(page.as_uri()):
        print(f"no browser was found; open {page.as_uri()}")


def _run(root: Path, record: Record, ledger: Ledger, data: Path | None) -> int:
    """Recompute one exhibit from the files and compare; return 0 if it is the same."""
    from analysis.evaluation import Evaluation
    from audit.ledger.exhibit_record import exhibit_digest, printed

    evaluation = Evaluation(root, data.resolve() if data else None)
    values = evaluation.compute([record.id, "extract_files"])
    now = {name: file.sha256 for name, file in values["extract_files"].items()}
    other = sorted(
        n for n in record.files if "/" not in n and now.get(n) != ledger.inputs[n].sha256
    )
    _warn(f"these files are not those of the ledger: {', '.join(other)}" if other else "")
    exhibit = values[record.id]
    digest = exhibit_digest(exhibit)
    print(f"\nrecomputed from {len(now)} files: digest {digest}")
    if digest == record.digest:
        print("the same")
        return 0
    said = printed(exhibit)
    differs = f"now {said}" if said != record.printed else "prints the same; its data differ"
    raise VerificationFailed(
        f"{record.id} differs: {differs}",
        remedy="compare commit, data and versions with those of the ledger",
    )


def _warn(text: str) -> None:
    if text:
        print_lines([f"note: {text}"], sys.stderr)
