"""What a build asks of disclosure control: the intruder's check, and earlier releases."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.disclosure import EXCEPTIONS, Revealed, read_exceptions, revealed_by
from analysis.errors import ConfigurationError, ExhibitHeld
from audit.bundle import DATA
from audit.bundle import LEDGER as LEDGER_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.evaluation import Evaluation
    from audit.ledger import Ledger

NUMBERS = "numbers in sentences"
_WHOLE = re.compile(r"-?\d{1,3}(,\d{3})+|-?\d+")
_HIDDEN = "c"


def intruder_check(values: Mapping[str, Any]) -> str:
    """Return the intruder's check of every table of counts, one line a table."""
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


def compare_releases(
    evaluation: Evaluation, ledger: Ledger, against: tuple[Path, ...]
) -> tuple[Revealed, ...]:
    """Print and return what this build and earlier releases would reveal together.

    Only exhibits that rest on children's records are compared, and none that a recorded
    exception lets through.
    """
    if not against:
        return ()
    children = {
        contract.file
        for contract in evaluation.compute(["contracts"])["contracts"].values()
        if contract.sensitivity == "child"
    }
    excepted = {
        each.exhibit
        for each in read_exceptions(evaluation.root / "data_contracts" / EXCEPTIONS)
    }  # fmt: skip
    about = {r.id for r in ledger.records if children & set(r.files)} - excepted
    new = read_release(evaluation.root / ".report", about)
    earlier = [read_release(path, about) for path in against]
    rules = evaluation.compute(["disclosure_rules"])["disclosure_rules"]
    found = revealed_by(new, earlier, rules)
    print(f"  against {len(earlier)} earlier: {len(found)} cells would be revealed")
    for each in found:
        print(f"    {each.exhibit}: {each.cell}: {each.how}")
    return found


def refuse_revealing(found: tuple[Revealed, ...]) -> None:
    """Stop a release that reveals a cell together with an earlier one."""
    if found:
        names = ", ".join(sorted({each.exhibit for each in found}))
        raise ExhibitHeld(
            f"together with an earlier release, these reveal hidden counts: {names}",
            remedy="hide the cells that are listed above, or record an exception",
        )


def read_release(path: Path, about: set[str]) -> dict[str, pd.DataFrame]:
    """Return the released data of a PDF or of a folder that holds a ledger.

    Parameters
    ----------
    path
        The PDF of a release, its book's folder, or a folder with `ledger.json` in it.
    about
        Names of the exhibits that are compared.

    Raises
    ------
    ConfigurationError
        If there is no ledger.
    """
    files = _inside(path)
    if LEDGER_NAME not in files:
        raise ConfigurationError(
            "no ledger in this release",
            place=f"--against {path.name}",
            remedy="give the PDF of a release, or its book's folder",
        )
    found = {
        name.removesuffix(".csv"): _frame(content)
        for name, content in files.items()
        if name.endswith(".csv") and name.removesuffix(".csv") in about
    }
    records = json.loads(files[LEDGER_NAME])["records"]
    numbers = {r["id"]: _cell(r["printed"]) for r in records if r["kind"] == "number"}
    whole = {name: v for name, v in numbers.items() if name in about and not isinstance(v, str)}
    whole |= {name: v for name, v in numbers.items() if name in about and v == _HIDDEN}
    found[NUMBERS] = pd.DataFrame(
        {"number": pd.Series(list(whole), dtype=object),
         "count": pd.Series(list(whole.values()), dtype=object)}
    )  # fmt: skip
    return found


def _inside(path: Path) -> dict[str, bytes]:
    if path.is_file():
        import pikepdf

        from audit.attachments import attached

        try:
            with pikepdf.open(path) as pdf:
                return {name: file.data for name, file in attached(pdf).items()}
        except (pikepdf.PdfError, pikepdf.PasswordError):
            return {}
    for folder in (path / "audit", path):
        if (folder / LEDGER_NAME).is_file():
            paths = [folder / LEDGER_NAME, *sorted((folder / DATA).glob("*.csv"))]
            return {each.name: each.read_bytes() for each in paths}
    return {}


def _frame(content: bytes) -> pd.DataFrame:
    """Return released data with whole numbers as such, so that counts are known as counts."""
    text = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    return text.map(_cell).astype(object)


def _cell(text: str) -> object:
    text = text.strip()
    if _WHOLE.fullmatch(text):
        return int(text.replace(",", ""))
    if text in ("[c]", _HIDDEN):
        return _HIDDEN
    return float("nan") if text == "" else text
