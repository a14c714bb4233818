"""ARCHITECTURE.md and the tree say the same, and imports point left."""

from graphlib import TopologicalSorter

import pytest

from tests.architecture import (
    BEGIN,
    END,
    PACKAGES,
    ROOT,
    dependencies,
    first_sentence,
    folders,
    imported,
    module_files,
    modules_in,
    table,
)

MOST_MODULES = 16
"""In one folder; `__init__` is not counted."""

MAY_IMPORT = {
    "analysis": {"analysis"},
    # What only this study can show; the program finds it, and imports none of it.
    "exhibits": {"exhibits", "analysis"},
    "press": {"press"},
    "audit": {"audit", "analysis"},
    "report": set(PACKAGES),
}
WITHIN_ANALYSIS = {
    # Models are usable from a notebook on any panel, and know nothing of study or files.
    # Where they compute is the one thing that they are told.
    "analysis.models": {"analysis.models", "analysis.errors", "analysis.workers"},
    # What computes never imports what shows.
    "analysis.contracts": {
        "analysis.contracts",
        "analysis.errors",
        "analysis.disclosure",
        "analysis.extract.extract",
        "analysis.extract.files",
    },
    "analysis.disclosure": {
        "analysis.disclosure",
        "analysis.errors",
        "analysis.extract.files",
        "analysis.models",
        "analysis.study",
    },
}


def test_the_stand_in_is_drawn_by_its_own_command_alone():
    """Nothing that a report is made of reads the recipe: its data are files, invented or not."""
    importing = {
        path.relative_to(ROOT).as_posix()
        for path in module_files()
        if any(name.startswith("analysis.synthetic") for name in imported(path))
    }
    outside = {path for path in importing if not path.startswith("analysis/synthetic/")}
    assert outside == {"report/commands/synthesise.py"}


def test_no_module_imports_itself_by_way_of_others():
    """Not lazily either: what imports in a circle can be understood only as a whole."""
    TopologicalSorter(dependencies()).prepare()


def test_the_folder_table_is_the_tree():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    written = text.split(BEGIN)[1].split(END)[0].strip()
    assert written == table(), "run: python -m tests.architecture"


@pytest.mark.parametrize("path", module_files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_says_what_it_is_and_imports_only_leftwards(path):
    assert first_sentence(path), "a module needs a docstring"
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for name in imported(path):
        assert name.split(".")[0] in MAY_IMPORT[module.split(".")[0]], f"{module} imports {name}"
        for package, allowed in WITHIN_ANALYSIS.items():
            if module.startswith(f"{package}."):
                assert any(name == a or name.startswith(f"{a}.") for a in allowed), (
                    f"{module} imports {name}"
                )


@pytest.mark.parametrize("folder", folders(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_folder_is_small_enough_to_find_ones_way(folder):
    assert len(modules_in(folder)) <= MOST_MODULES, f"split {folder.relative_to(ROOT)}"


def test_no_two_test_modules_have_one_name():
    """Pytest can't collect both, unless their folder is a package."""
    paths = (ROOT / "tests").rglob("test_*.py")
    names = [path.name for path in paths if not (path.parent / "__init__.py").is_file()]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
