"""The stand-in extract: drawn, written, and entered in the register of invented files."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING

from analysis.synthetic.children import (
    Child,
    child_records,
    month_ends,
    school_episodes,
    school_events,
)
from analysis.synthetic.counts import school_counts
from analysis.synthetic.draws import Stream
from analysis.synthetic.fieldwork import draw_fieldwork
from analysis.synthetic.schools import School, draw_schools
from analysis.synthetic.staff import draw_activity, draw_workers

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.study.scenario import Scenario
    from analysis.study.settings import Study
    from analysis.synthetic.recipe import Recipe, Record, Row, Tables

# Whether there is a return for a month.
_ANSWERS = {True: "yes", False: "no"}
REGISTER_HEADING = (
    "# Files that this project's generator invented: SHA-256, file, scenario, seed.\n"
    "# An extract with any of these files is labelled as invented, wherever it lies.\n"
)


def generate(study: Study, scenario: Scenario, recipe: Recipe, seed: int | None = None) -> Tables:
    """Draw one extract.

    Parameters
    ----------
    study
        Pilots, window, outcomes, and assumptions of the stand-in.
    scenario
        The scenario that the extract is built to show.
    recipe
        The properties of every column according to the data contracts.
    seed
        Seed of the random streams; by default that of `study.toml`.

    Returns
    -------
    dict
        Rows by table name; every value as text, as in the file.

    Raises
    ------
    ConfigurationError
        If a contract requires what the generator does not draw, or it draws what a contract does
        not allow.
    """
    seed = study.synthetic.seed if seed is None else seed
    schools = draw_schools(study, scenario, recipe, seed)
    drawn = _outcome_records(study, scenario, recipe, schools, seed)
    if recipe.asks_for("social_workers", "deployments", "activity_log"):
        workers = draw_workers(study, recipe, schools, seed)
        drawn["social_workers"] = [worker.record() for worker in workers]
        drawn["deployments"] = [e for worker in workers for e in worker.deployment_records()]
        drawn["activity_log"] = draw_activity(study, recipe, workers, seed)
    if recipe.asks_for("fieldwork", "evidence"):
        drawn["fieldwork"], drawn["evidence"] = draw_fieldwork(study, recipe, schools, seed)
    return recipe.extract(drawn)


def outcome_tables(
    study: Study, scenario: Scenario, recipe: Recipe, schools: list[School], seed: int
) -> Tables:
    """Return the tables from which outcomes are counted, without those of practice."""
    records = _outcome_records(study, scenario, recipe, schools, seed)
    return {dataset: recipe.rows(dataset, drawn) for dataset, drawn in records.items()}


def _outcome_records(
    study: Study, scenario: Scenario, recipe: Recipe, schools: list[School], seed: int
) -> dict[str, list[Record]]:
    _check_tables(study, recipe)
    not_returned = recipe.column("school_months.returned").share("no")
    noisy = noisy_schools(recipe, schools)
    months: list[Record] = []
    children: list[Child] = []
    for school in schools:
        returned = _returned(study, school, not_returned, seed)
        months.extend(_month_records(school, returned))
        children.extend(
            _school_children(study, scenario, school, returned, seed, noisy=school in noisy)
        )
    last_month = max(study.window.months(pilot.start)[-1] for pilot in study.pilots)
    of_children = child_records(children, recipe, month_ends(last_month)[1])
    return {
        "schools": [school.record() for school in schools],
        "school_months": months,
        **of_children,
    }


def _check_tables(study: Study, recipe: Recipe) -> None:
    """Raise an error for events, phases and answers that the contracts do not list."""
    here = "analysis/synthetic"
    if any(outcome.measure == "days" for outcome in study.outcomes):
        recipe.column("care_episodes.episode_id")  # or it says which contract is missing
    counted = [outcome.event_type for outcome in study.outcomes if outcome.measure == "events"]
    for column, drawn, table in (
        ("child_events.event_type", counted, "study.toml, [[outcomes]]"),
        ("schools.phase", study.phases, "study.toml, phases"),
        ("school_months.returned", _ANSWERS.values(), f"{here}/extract.py, _ANSWERS"),
    ):
        recipe.column(column).check_covered(drawn, table)


def noisy_schools(recipe: Recipe, schools: list[School]) -> list[School]:
    """Return the intervention school of each pilot's first matched set."""
    sets = recipe.column("schools.matched_set")
    firsts = {sets.key(1, school.candidate.pilot.code) for school in schools}
    return [school for school in schools if school.treated and school.matched_set in firsts]


def _returned(study: Study, school: School, not_returned: float, seed: int) -> dict[str, bool]:
    """Return by month whether there is a return from the school."""
    stream = Stream(seed, "returns", school.school_id)
    months = study.window.months(school.candidate.pilot.start)
    return {month: not stream.chance(not_returned) for month in months}


def _month_records(school: School, returned: dict[str, bool]) -> list[Record]:
    return [
        {
            "school_id": school.school_id,
            "month": month_ends(month)[0],
            "pupils": school.candidate.pupils[month],
            "returned": _ANSWERS[arrived],
        }
        for month, arrived in returned.items()
    ]


def _school_children(
    study: Study,
    scenario: Scenario,
    school: School,
    returned: dict[str, bool],
    seed: int,
    *,
    noisy: bool,
) -> list[Child]:
    candidate = school.candidate
    years = study.synthetic.year_groups[candidate.phase]
    counts = school_counts(candidate, scenario, treated=school.treated, noisy=noisy)
    stream = Stream(seed, "children", school.school_id)
    children = school_events(stream, school.school_id, years, counts, study.outcomes, returned)
    months = list(returned)
    window = month_ends(months[0])[0], month_ends(months[-1])[1]
    for outcome in study.outcomes:
        if outcome.measure == "days" and candidate.pilot.name in outcome.pilots:
            children += school_episodes(
                Stream(seed, "care", school.school_id),
                children,
                school.school_id,
                years,
                counts[outcome.name],
                window,
                study.synthetic.care_days,
            )
    return children


def file_text(rows: list[Row]) -> str:
    """Return a table as CSV text with LF line ends."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_extract(tables: Tables, directory: Path) -> list[Path]:
    """Write each table to `directory` as UTF-8 CSV and return the files, sorted."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, rows in sorted(tables.items()):
        path = directory / f"{name}.csv"
        path.write_text(file_text(rows), encoding="utf-8", newline="\n")
        written.append(path)
    return written


def register_invented(files: list[Path], scenario: str, seed: int, register: Path) -> None:
    """Enter the files' digests in the register, keeping existing entries."""
    entries = set()
    if register.is_file():
        lines = register.read_text(encoding="utf-8").splitlines()
        entries = {line for line in lines if line and not line.startswith("#")}
    for file in files:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        entries.add(f"{digest}  {file.name}  {scenario}  {seed}")
    ordered = sorted(entries, key=lambda entry: entry.split("  ")[::-1])
    text = REGISTER_HEADING + "".join(f"{entry}\n" for entry in ordered)
    register.write_text(text, encoding="utf-8", newline="\n")


def synthesise(
    study: Study, recipe: Recipe, scenario: str | None, directory: Path, register: Path
) -> list[Path]:
    """Draw a scenario's extract, write it, and register it as invented.

    Parameters
    ----------
    study
        The settings, seed included.
    recipe
        The properties of every column according to the data contracts.
    scenario
        Name of a scenario in `study.toml`; None for the committed one.
    directory
        Folder to which the files are written.
    register
        The register of invented files.

    Returns
    -------
    list of Path
        The files written, sorted.

    Raises
    ------
    ConfigurationError
        If there is no scenario with that name, or as for `generate`.
    """
    chosen = study.synthetic.scenario(scenario or study.synthetic.committed)
    files = write_extract(generate(study, chosen, recipe), directory)
    register_invented(files, chosen.name, study.synthetic.seed, register)
    return files
