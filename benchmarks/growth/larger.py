"""Create a study of more schools with its stand-in extract, repeating schools beyond a limit."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.contracts import read_contracts
from analysis.study.settings import read_study
from analysis.synthetic import Recipe, generate

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.study.settings import Pilot, Study
    from analysis.synthetic.ingredient import Ingredient

EVENTS_A_SCHOOL = 333
"""Events per school over the observed months, so that 30,000 schools have ten million."""
DRAWN_AT_MOST = 1_000
"""Maximum number of schools drawn; a larger extract repeats them under other identifiers."""
_DRAWN_EVENTS = 96.4
"""Events per school in the committed stand-in."""
_NUMBERED = ("school_id", "child_id", "worker_id", "event_id", "episode_id", "activity_id")
_LETTERED = ("matched_set", "area")
_ONCE = ("fieldwork", "evidence")
"""Tables whose size does not depend on the number of schools."""


def larger_study(root: Path, schools: int) -> Study:
    """Return this study with more schools in both arms, scaling each pilot in proportion.

    Parameters
    ----------
    root
        The project's folder.
    schools
        Approximate number of schools, since places are whole numbers.
    """
    study = read_study(root / "study.toml")
    copies = -(-schools // DRAWN_AT_MOST)
    factor = schools // copies / (2 * sum(pilot.schools for pilot in study.pilots))
    busier = EVENTS_A_SCHOOL / _DRAWN_EVENTS
    rates = {
        name: {phase: rate * busier for phase, rate in by_phase.items()}
        for name, by_phase in study.synthetic.rates.items()
    }
    return replace(
        study,
        pilots=tuple(_larger(pilot, factor, copies) for pilot in study.pilots),
        synthetic=replace(study.synthetic, rates=rates),
    )


def _larger(pilot: Pilot, factor: float, copies: int) -> Pilot:
    """Scale the numbers of a pilot by a factor, round them and multiply them by `copies`."""
    places = {phase: copies * round(n * factor) for phase, n in pilot.places.items()}
    return replace(
        pilot, places=places, schools=sum(places.values()),
        areas=copies * round(pilot.areas * factor),
        workers=copies * round(pilot.workers * factor),
    )  # fmt: skip


def larger_extract(root: Path, schools: int) -> dict[str, pd.DataFrame]:
    """Return the stand-in extract of `larger_study`, as text.

    Notes
    -----
    Above `DRAWN_AT_MOST` schools, an extract of at most that many is drawn and repeated; the
    months, days and counts of a copy are then those of another school.
    """
    copies = -(-schools // DRAWN_AT_MOST)
    drawn = larger_study(root, schools // copies)
    recipe = Recipe(read_contracts(root / "data_contracts"))
    tables = generate(drawn, drawn.synthetic.scenario(drawn.synthetic.committed), recipe)
    frames = {name: pd.DataFrame(rows, dtype="str") for name, rows in tables.items()}
    if copies == 1:
        return frames
    return {
        name: frame if name in _ONCE else _copied(frame, frames, copies, recipe)
        for name, frame in frames.items()
    }


def larger_contracts(root: Path, study: Study, folder: Path) -> Path:
    """Write the contracts with the study's numbers of schools instead of the published ones."""
    folder.mkdir(parents=True, exist_ok=True)
    for contract in (root / "data_contracts").glob("*.yaml"):
        text = contract.read_text(encoding="utf-8")
        for pilot in study.pilots:
            rule = rf"(- id: schools-pilot-{pilot.name.lower()}\n(?:.*\n)*?\s+value: )\d+"
            text = re.sub(rule, rf"\g<1>{pilot.schools}", text)
        (folder / contract.name).write_text(text, encoding="utf-8")
    return folder


def write(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """Write each table as a file of an extract."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def _copied(
    frame: pd.DataFrame, frames: dict[str, pd.DataFrame], copies: int, recipe: Recipe
) -> pd.DataFrame:
    """Repeat a table, continuing the identifiers from one copy to the next."""
    copy = np.repeat(np.arange(copies), len(frame))
    found = pd.concat([frame] * copies, ignore_index=True)
    for column in found.columns.intersection(_NUMBERED):
        own = [f[column] for name, f in frames.items() if column in f and name not in _ONCE]
        largest = max(int(_numbers(values).max()) for values in own)
        number = _numbers(found[column]) + copy * largest
        digits = int(found[column].str.len().min()) - 1
        found[column] = found[column].str[0] + number.astype("str").str.zfill(digits)
    for column in found.columns.intersection(_LETTERED):
        found[column] = _in_turn(found[column], copy, recipe.column(f"schools.{column}"))
    return found


def _numbers(values: pd.Series) -> pd.Series:
    """Return the numeric part of identifiers, whose length may differ: C99999, C100000."""
    return values.str[1:].astype("int64")


def _in_turn(values: pd.Series, copy: np.ndarray, keys: Ingredient) -> pd.Series:
    """Give the sets or areas of each pilot the next free name, copy by copy."""
    distinct = pd.DataFrame({"value": values, "copy": copy}).drop_duplicates()
    code = distinct["value"].str.partition("-")[0]
    number = distinct.groupby(code).cumcount() + 1
    names = [keys.key(n, group) for n, group in zip(number, code, strict=True)]
    named = pd.Series(names, pd.MultiIndex.from_frame(distinct))
    return named[pd.MultiIndex.from_arrays([values, copy])].set_axis(values.index)
