"""A person's mistake ends with one clear message, its exit code, and the old book intact."""

import hashlib
import os
import re

import pytest

from tests.end_to_end.conftest import BUILD, run

pytestmark = pytest.mark.slow


def digest(project):
    files = sorted(path for path in (project / "_book").rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def rows(path):
    return path.read_text(encoding="utf-8").splitlines(keepends=True)


def drop_a_column(data):
    path = data / "child_events.csv"
    path.write_text("".join(re.sub(r",[^,]*$", "\n", row) for row in rows(path)), "utf-8")


def add_an_event_at_an_unknown_school(data):
    path = data / "child_events.csv"
    event = rows(path)[1].split(",")
    event[0], event[2] = "E999999", "S999"
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(",".join(event))


def reverse_two_dates(data):
    path = data / "children.csv"
    lines = rows(path)
    number = next(i for i, row in enumerate(lines) if i and row.rstrip("\n").split(",")[4])
    child, school, birth, first, last = lines[number].rstrip("\n").split(",")
    lines[number] = f"{child},{school},{birth},{last},{first}\n"
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def empty_a_file(data):
    (data / "schools.csv").write_text("", encoding="utf-8")


def cut_a_file_short(data):
    path = data / "child_events.csv"
    path.write_bytes(path.read_bytes()[:-9])


def encode_wrongly(data):
    path = data / "schools.csv"
    path.write_bytes(path.read_bytes().replace(b"Lambeth", b"Lamb\xe9th", 1))


def mistype(data):
    path = data / "school_months.csv"
    lines = rows(path)
    cells = lines[4].split(",")
    cells[2] = "many"
    lines[4] = ",".join(cells)
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def lose_a_file(data):
    (data / "schools.csv").unlink()


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (drop_a_column, ["child_events.csv", "event_date"]),
        (add_an_event_at_an_unknown_school, ["child_events.csv", "row", "school_id"]),
        (reverse_two_dates, ["children.csv", "row"]),
        (empty_a_file, ["schools.csv", "empty"]),
        (cut_a_file_short, ["child_events.csv", "cut short"]),
        (encode_wrongly, ["schools.csv", "row 2", "UTF-8"]),
        (mistype, ["school_months.csv", "row", "5", "pupils"]),
        (lose_a_file, ["schools.csv", "missing"]),
    ],
)
def test_a_bad_extract_ends_with_3_and_says_where(project, damage, expected):
    before = digest(project)
    damage(project / "data" / "synthetic")
    outcome = run(project, *BUILD)
    assert outcome.code == 3, outcome.text
    assert "Traceback" not in outcome.text
    assert "remedy" in outcome.text
    for part in expected:
        assert part in outcome.text
    assert digest(project) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "expected"),
    [
        ("study.toml", "seed = ", "sead = ", 2, ["study.toml", "sead"]),
        ("study.toml", "[window]", "[window", 2, ["study.toml", "line"]),
        ("_quarto.yml", "project:", "project: [", 2, ["_quarto.yml"]),
        ("chapters/introduction.qmd", "tables.pilots_table", "1 / 0", 7,
         ["introduction.qmd:", "ZeroDivision", "1 / 0"]),
        ("chapters/introduction.qmd", "@tbl-pilots-table", "@tbl-pilot", 7,
         ["introduction.qmd:", "tbl-pilot"]),
        ("index.qmd", "numbers.workers_placed", "numbers.worker_placed", 7,
         ["index.qmd:", "did you mean workers_placed"]),
        ("chapters/introduction.qmd", "label: tbl-pilots-table", "label: fig-effect-forest", 7,
         ["introduction.qmd:"]),
        ("data/published/trial.csv", "sswr2025", "westlake2025", 7,
         ["index.qmd:", "'trial_schools' was published in [@westlake2025]"]),
    ],
)  # fmt: skip
def test_a_mistake_of_an_author_is_told_with_its_place(project, file, old, new, code, expected):
    before = digest(project)
    edit(project / file, old, new)
    outcome = run(project, *BUILD)
    assert outcome.code == code, outcome.text
    assert "Traceback" not in outcome.text
    for part in expected:
        assert part in outcome.text
    assert digest(project) == before


def test_what_quarto_would_print_in_silence_is_told_before_it_begins(project, tmp_path):
    before = digest(project)
    edit(project / "index.qmd", "\n\n", "\n\n[@nobody], {{< meta nothing >}}\n\n")
    program = tmp_path / "quarto"
    program.write_text('#!/bin/sh\n[ "$1" = --version ] && echo 99.0 || touch rendered\n', "utf-8")
    program.chmod(0o755)
    path = {"PATH": os.pathsep.join([str(tmp_path), os.environ["PATH"]])}
    outcome = run(project, "build", "--engine", "quarto", environment=path)
    assert outcome.code == 7, outcome.text
    for words in ("the citation @nobody", "the shortcode meta names nothing"):
        assert f"index.qmd:3: {words}" in outcome.text
    assert not (project / "rendered").exists()
    assert digest(project) == before


def test_a_release_refuses_a_number_written_by_hand(project):
    before = digest(project)
    number = "The pilots had 21 schools."
    text = (project / "index.qmd").read_text(encoding="utf-8")
    (project / "index.qmd").write_text(f"{text}\n{number}\n", encoding="utf-8", newline="\n")
    outcome = run(project, *BUILD, "--release")
    assert outcome.code == 5, outcome.text
    line = text.count("\n") + 2
    assert f"index.qmd:{line} “21” is printed by no exhibit" in outcome.text
    assert digest(project) == before


def test_an_unknown_format_is_refused(project):
    outcome = run(project, *BUILD, "--to", "docx")
    assert outcome.code == 2
    assert "docx" in outcome.text
