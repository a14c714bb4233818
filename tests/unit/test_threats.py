"""Every line of the threat tables names a test, and the test is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = [
    (page.name, line)
    for page in sorted((ROOT / "docs").glob("threats*.md"))
    for line in page.read_text(encoding="utf-8").splitlines()
    if line.count("|") == 6
    and not re.match(r"\| (attempt )?\||\|[-|]+$|\| (attempt|must not be believed) ", line)
]


def test_there_are_lines():
    assert len(LINES) > 30


@pytest.mark.parametrize(("page", "line"), LINES, ids=[line[2:50] for _, line in LINES])
def test_a_line_names_a_test_that_is_there(page, line):
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert all(cells[part] for part in (0, 1, 2, 4)), f"{page}: an empty cell"
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", cells[4])
    assert named, f"{page}: no test"
    for file, name in named:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
