"""A person's mistake ends with one clear message, its exit code, and the old book intact."""

import os
import re
from pathlib import Path

import pytest

from tests.end_to_end.conftest import BUILD, digest, run

pytestmark = pytest.mark.slow


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def rows(path):
    return path.read_text(encoding="utf-8").splitlines(keepends=True)


def drop_a_column(path):
    path.write_text("".join(re.sub(r",[^,]*$", "\n", row) for row in rows(path)), "utf-8")


def add_an_event_at_an_unknown_school(path):
    event = rows(path)[1].split(",")
    event[0], event[2] = "E999999", "S999"
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(",".join(event))


def reverse_two_dates(path):
    lines = rows(path)
    number = next(i for i, row in enumerate(lines) if i and row.rstrip("\n").split(",")[4])
    child, school, birth, first, last = lines[number].rstrip("\n").split(",")
    lines[number] = f"{child},{school},{birth},{last},{first}\n"
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def empty_a_file(path):
    path.write_text("", encoding="utf-8")


def cut_a_file_short(path):
    path.write_bytes(path.read_bytes()[:-9])


def encode_wrongly(path):
    path.write_bytes(path.read_bytes().replace(b"Northshire", b"N\xf6rthshire", 1))


def mistype(path):
    lines = rows(path)
    cells = lines[4].split(",")
    cells[2] = "many"
    lines[4] = ",".join(cells)
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


# One build names the faults of every file, so each has several, of different files.
DAMAGE = {
    "rows and columns": (
        ("child_events.csv", drop_a_column, ["event_date"]),
        ("children.csv", reverse_two_dates, ["row"]),
        ("school_months.csv", mistype, ["row", "5", "pupils"]),
    ),
    "references": (("child_events.csv", add_an_event_at_an_unknown_school, ["row", "school_id"]),),
    "files": (
        ("child_events.csv", cut_a_file_short, ["cut short"]),
        ("children.csv", Path.unlink, ["missing"]),
        ("school_months.csv", empty_a_file, ["empty"]),
        ("schools.csv", encode_wrongly, ["row 2", "UTF-8"]),
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_bad_extract_ends_with_3_and_says_where(study, kind):
    before = digest(study)
    for file, damage, _ in DAMAGE[kind]:
        damage(study / "data" / "synthetic" / file)
    outcome = run(study, *BUILD)
    assert outcome.code == 3, outcome.text
    assert "Traceback" not in outcome.text
    assert "remedy" in outcome.text
    found = broken(outcome.text)
    # Whatever is damaged, its totals differ from those confirmed as well.
    assert found.keys() - {"control_totals.csv"} == {file for file, *_ in DAMAGE[kind]}
    for file, _, expected in DAMAGE[kind]:
        for part in expected:
            assert part in found[file]
    assert digest(study) == before


def broken(text):
    """Return what a message says of each file with a broken rule."""
    said = text.partition("These rules are broken")[2].partition("\nThese rules met no data")[0]
    _, *parts = re.split(r"^(\w+\.csv)", said, flags=re.MULTILINE)
    found = {}
    for file, what in zip(parts[::2], parts[1::2], strict=True):
        found[file] = found.get(file, "") + what
    return found


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "expected"),
    [
        ("study.toml", "seed = ", "sead = ", 2, ["study.toml", "sead"]),
        ("study.toml", "[window]", "[window", 2, ["study.toml", "line"]),
        ("_quarto.yml", "project:", "project: [", 2, ["_quarto.yml"]),
        ("chapters/results.qmd", "tables.itt_table", "1 / 0", 7,
         ["results.qmd:", "ZeroDivision", "1 / 0"]),
        ("chapters/results.qmd", "@tbl-itt-table", "@tbl-itt", 7,
         ["results.qmd:", "tbl-itt"]),
        ("index.qmd", "numbers.schools_all", "numbers.school_all", 7,
         ["index.qmd:", "did you mean schools_all"]),
        ("chapters/results.qmd", "label: tbl-itt-table", "label: fig-itt-forest", 7,
         ["results.qmd:"]),
    ],
)  # fmt: skip
def test_a_mistake_of_an_author_is_told_with_its_place(study, file, old, new, code, expected):
    refused(study, file, old, new, code, expected)


def test_a_source_that_published_something_else_is_told_with_its_place(project):
    refused(project, "data/published/trial.csv", "sswr2025", "westlake2025", 7,
            ["index.qmd:", "'trial_schools' was published in [@westlake2025]"])  # fmt: skip


def refused(project, file, old, new, code, expected):
    before = digest(project)
    edit(project / file, old, new)
    outcome = run(project, *BUILD)
    assert outcome.code == code, outcome.text
    assert "Traceback" not in outcome.text
    for part in expected:
        assert part in outcome.text
    assert digest(project) == before


def test_what_quarto_would_print_in_silence_is_told_before_it_begins(study, tmp_path):
    before = digest(study)
    edit(study / "index.qmd", "\n\n", "\n\n[@nobody], {{< meta nothing >}}\n\n")
    program = tmp_path / "quarto"
    program.write_text('#!/bin/sh\n[ "$1" = --version ] && echo 99.0 || touch rendered\n', "utf-8")
    program.chmod(0o755)
    path = {"PATH": os.pathsep.join([str(tmp_path), os.environ["PATH"]])}
    outcome = run(study, "build", "--engine", "quarto", environment=path)
    assert outcome.code == 7, outcome.text
    for words in ("the citation @nobody", "the shortcode meta names nothing"):
        assert f"index.qmd:3: {words}" in outcome.text
    assert not (study / "rendered").exists()
    assert digest(study) == before


def test_an_unknown_format_is_refused(study):
    outcome = run(study, *BUILD, "--to", "docx")
    assert outcome.code == 2
    assert "docx" in outcome.text
