"""The whole stand-in extract: drawn, written, and entered in the register of invented files."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING

from analysis.synthetic.activity import draw_activity
from analysis.synthetic.children import Child, month_ends, school_episodes, school_events
from analysis.synthetic.counts import school_counts
from analysis.synthetic.draws import Stream
from analysis.synthetic.fieldwork import draw_fieldwork
from analysis.synthetic.schools import School, draw_schools
from analysis.synthetic.staff import draw_workers

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.scenario import Scenario
    from analysis.study import Study

Row = dict[str, str]
Tables = dict[str, list[Row]]

REGISTER_HEADING = (
    "# Files that this project's generator invented: SHA-256, file, scenario, seed.\n"
    "# An extract with any of these files is labelled as invented, wherever it lies.\n"
)


def generate(study: Study, scenario: Scenario, seed: int | None = None) -> Tables:
    """Draw one extract.

    Parameters
    ----------
    study
        Pilots, window, outcomes, and what the stand-in assumes.
    scenario
        What the extract is built to show.
    seed
        Start of the random streams; that of `study.toml` where none is given.

    Returns
    -------
    dict
        Rows by table name; every value as text, as it stands in the file.
    """
    seed = study.synthetic.seed if seed is None else seed
    schools = draw_schools(study, scenario, seed)
    workers = draw_workers(study, schools, seed)
    fieldwork, evidence = draw_fieldwork(study, schools, seed)
    return {
        **outcome_tables(study, scenario, schools, seed),
        "social_workers": [worker.row() for worker in workers],
        "deployments": [row for worker in workers for row in worker.deployment_rows()],
        "activity_log": draw_activity(study, workers, seed),
        "fieldwork": fieldwork,
        "evidence": evidence,
    }


def outcome_tables(study: Study, scenario: Scenario, schools: list[School], seed: int) -> Tables:
    """Return the tables that outcomes are counted from, without those of practice."""
    noisy = _noisy_schools(schools)
    months: list[Row] = []
    children: list[Child] = []
    for school in schools:
        returned = _returned(study, school, seed)
        months.extend(_month_rows(school, returned))
        children.extend(
            _school_children(study, scenario, school, returned, seed, noisy=school in noisy)
        )
    return {
        "schools": [school.row() for school in schools],
        "school_months": months,
        **_child_tables(children, study),
    }


def _noisy_schools(schools: list[School]) -> list[School]:
    """Return the first intervention school of each pilot's first matched set."""
    return [school for school in schools if school.treated and school.matched_set.endswith("-01")]


def _returned(study: Study, school: School, seed: int) -> dict[str, bool]:
    """Return by month whether the school's return arrived."""
    stream = Stream(seed, "returns", school.school_id)
    months = study.window.months(school.candidate.pilot.start)
    return {month: not stream.chance(study.synthetic.not_returned) for month in months}


def _month_rows(school: School, returned: dict[str, bool]) -> list[Row]:
    return [
        {
            "school_id": school.school_id,
            "month": month,
            "pupils": str(school.candidate.pupils[month]),
            "returned": "yes" if arrived else "no",
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
    counts = school_counts(candidate, scenario, treated=school.treated, noisy=noisy)
    stream = Stream(seed, "children", school.school_id)
    children = school_events(
        stream, school.school_id, candidate.phase, counts, study.outcomes, returned
    )
    months = list(returned)
    window = month_ends(months[0])[0], month_ends(months[-1])[1]
    for outcome in study.outcomes:
        if outcome.measure == "days" and candidate.pilot.name in outcome.pilots:
            children += school_episodes(
                Stream(seed, "care", school.school_id),
                children,
                school.school_id,
                candidate.phase,
                counts[outcome.name],
                window,
                study.synthetic.care_days,
            )
    return children


def _child_tables(children: list[Child], study: Study) -> Tables:
    """Return children and events, numbered by date as an authority's records would be."""
    last_month = max(study.window.months(pilot.start)[-1] for pilot in study.pilots)
    closes = month_ends(last_month)[1]
    ordered = sorted(children, key=lambda c: (c.first_known(), c.school_id, c.birth_month))
    ids = {id(child): f"C{number:05d}" for number, child in enumerate(ordered, start=1)}
    events = sorted(
        (day, child.school_id, ids[id(child)], event_type)
        for child in ordered
        for day, event_type in child.events
    )
    episodes = sorted(
        (started, ended, child.school_id, ids[id(child)])
        for child in ordered
        for started, ended in child.in_care
    )
    return {
        "children": [
            {
                "child_id": ids[id(child)],
                "school_id": child.school_id,
                "birth_month": child.birth_month,
                "first_day": child.first_day.isoformat(),
                "last_day": child.last_day.isoformat() if child.last_day <= closes else "",
            }
            for child in ordered
        ],
        "child_events": [
            {
                "event_id": f"E{number:06d}",
                "child_id": child_id,
                "school_id": school_id,
                "event_type": event_type,
                "event_date": day.isoformat(),
            }
            for number, (day, school_id, child_id, event_type) in enumerate(events, start=1)
        ],
        "care_episodes": [
            {
                "episode_id": f"P{number:05d}",
                "child_id": child_id,
                "school_id": school_id,
                "started": started.isoformat(),
                "ended": ended.isoformat() if ended <= closes else "",
            }
            for number, (started, ended, school_id, child_id) in enumerate(episodes, start=1)
        ],
    }


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
    """Enter the files' digests in the register, keeping what stands there."""
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


def synthesise(study: Study, scenario: str | None, directory: Path, register: Path) -> list[Path]:
    """Draw a scenario's extract, write it, and register it as invented.

    Parameters
    ----------
    study
        The settings, seed included.
    scenario
        Name of a scenario in `study.toml`; None for the committed one.
    directory
        Where the files go.
    register
        The register of invented files.

    Returns
    -------
    list of Path
        The files written, sorted.

    Raises
    ------
    ConfigurationError
        If there is no scenario of that name.
    """
    chosen = study.synthetic.scenario(scenario or study.synthetic.committed)
    files = write_extract(generate(study, chosen), directory)
    register_invented(files, chosen.name, study.synthetic.seed, register)
    return files
