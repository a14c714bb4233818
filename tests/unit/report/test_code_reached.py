"""The digest of code is another one whenever what it reaches is, and comments leave it alone."""

from pathlib import Path

import pytest

from analysis.dataflow import graph
from report.reuse.code import code_of

ROOT = Path(__file__).parents[3]

FILES = {
    "__init__.py": "",
    "model.py": '''"""A model."""
from analysis import tables
from analysis.base import Base
from analysis.helpers import halved as half
from analysis.lazy import solver

SEED = 1
LEVELS = {"low": half}


def marked(function):
    return function


class Fit(Base):
    """A fit."""

    digits = 3


@marked
def estimate(x, level=SEED):
    """Estimate."""
    # Why.
    return Fit().rounded(LEVELS["low"](x) + level + tables.ROWS[0] + solver(x))


def apart():
    return 0
''',
    "helpers.py": "def halved(x):\n    return x / deeper()\n\n\ndef deeper():\n    return 2\n",
    "tables.py": "ROWS = [1]\nOTHER = 2\n",
    "base.py": "class Base:\n    def rounded(self, x):\n        return round(x, self.digits)\n",
    "lazy/__init__.py": "def __getattr__(name):\n    from analysis.lazy import inner\n"
                        "    return getattr(inner, name)\n",
    "lazy/inner.py": "def solver(x):\n    return x\n",
}  # fmt: skip


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "analysis" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def digest(project, name="estimate"):
    return code_of(project)("analysis.model", name)


EDITS = {
    "its own body": ("model.py", "+ level", "- level"),
    "a constant, taken as a default": ("model.py", "SEED = 1", "SEED = 2"),
    "a table of functions": ("model.py", '"low": half', '"low": abs'),
    "an attribute of a class": ("model.py", "digits = 3", "digits = 4"),
    "a method of a base class": ("base.py", "round(x", "round(x + 1"),
    "a decorator": ("model.py", "return function\n", "return lambda *_: 0\n"),
    "a helper under another name": ("helpers.py", "x / deeper()", "x * deeper()"),
    "a helper's helper": ("helpers.py", "return 2", "return 3"),
    "a table of another module": ("tables.py", "ROWS = [1]", "ROWS = [2]"),
    "what is imported by a name that is made up": ("lazy/inner.py", "return x", "return -x"),
    "a table changed while another module is imported": (
        "helpers.py", "def halved", "from analysis import tables\ntables.ROWS[0] = 3\n\ndef halved"
    ),
    "a second value of a constant": ("tables.py", "OTHER = 2", "ROWS = [1]\nROWS += [2]"),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_what_it_reaches_gives_another_digest(project, edit):
    name, old, new = EDITS[edit]
    path = project / "analysis" / name
    before = digest(project)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert digest(project) != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("model.py", "# Why.", "# Why not."),
        ("model.py", '"""Estimate."""', '"""Estimate it."""'),
        ("model.py", '"""A model."""', '"""Of events."""\n\n'),
        ("model.py", "return 0", "return 1"),
        ("helpers.py", "x / deeper()", "(x / deeper())"),
        ("tables.py", "ROWS = [1]", "# rows\nROWS = [\n    1\n]"),
    ],
)
def test_comments_layout_and_what_it_does_not_reach_leave_the_digest(project, name, old, new):
    path = project / "analysis" / name
    # Without the name that nobody can follow, which has all of the package count.
    for file, text in (
        ("model.py", " + solver(x)"),
        ("model.py", "from analysis.lazy import solver\n"),
    ):
        there = project / "analysis" / file
        there.write_text(there.read_text().replace(text, ""))
    before = digest(project)
    path.write_text(path.read_text().replace(old, new))
    assert digest(project) == before


def test_an_imported_name_that_stands_for_another_is_another_digest(project):
    path = project / "analysis" / "model.py"
    text = path.read_text()
    path.write_text(
        f"from scipy.special import gammaln\n{text.replace('return 0', 'return gammaln')}"
    )
    before, apart = digest(project, "SEED"), digest(project, "apart")
    path.write_text(path.read_text().replace("import gammaln", "import digamma as gammaln"))
    assert digest(project, "apart") != apart
    assert digest(project, "SEED") == before


def test_all_code_of_the_dataflow_is_followed():
    """Where it is not, any change of code computes the node again: once every dataset."""
    code = code_of(ROOT)
    nodes = graph.build(ROOT).graph.nodes.values()
    made_by = {(f.__module__, f.__name__) for n in nodes for f in n.originating_functions or ()}
    reached = {each.key for key in made_by for each in code.sources.closure(*key)}
    lost = {key: code.sources.unresolved(*key) for key in reached}
    assert not {key: names for key, names in lost.items() if names}
