"""The static closure of the project's code."""

import textwrap

import pytest

from audit.trace.sources import SourceIndex


@pytest.fixture
def index(tmp_path):
    def write(name, text):
        path = tmp_path / "analysis" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")

    write("__init__.py", '"""A package."""\n')
    write("passing/__init__.py", "from analysis.passing.deep import deepest\n")
    write("passing/deep.py", "LIMIT = 3\n\ndef deepest():\n    return LIMIT\n")
    write(
        "first.py",
        """
        from typing import TYPE_CHECKING
        import analysis.passing.deep
        from analysis.passing import deepest
        if TYPE_CHECKING:
            from analysis.kinds import Kind

        def plain():
            '''Say nothing.'''
            return 1  # a comment

        @plain
        def uses_all(kind: Kind):
            from analysis.second import later
            return later() + deepest()

        def by_attribute():
            return analysis.passing.deep.deepest()

        def alone():
            return len("alone")
        """,
    )
    write("second.py", "def later():\n    return helper()\n\ndef helper():\n    return 2\n")
    write(
        "kinds.py",
        "class Kind:\n    def method(self):\n        return other()\n\ndef other(): ...\n",
    )
    return SourceIndex(tmp_path)


def names(index, module, name):
    return {definition.name for definition in index.closure(module, name)}


def test_a_closure_follows_decorators_annotations_local_imports_and_passed_on_names(index):
    assert names(index, "analysis.first", "uses_all") == {
        "uses_all", "plain", "Kind", "other", "later", "helper", "deepest", "LIMIT",
    }  # fmt: skip


def test_a_closure_follows_a_dotted_name(index):
    assert names(index, "analysis.first", "by_attribute") == {"by_attribute", "deepest", "LIMIT"}


def test_what_uses_nothing_of_the_project_reaches_itself_alone(index):
    assert names(index, "analysis.first", "alone") == {"alone"}


def test_lines_include_decorators(index):
    found = index.definition("analysis.first", "uses_all")
    assert (found.file, found.first, found.last) == ("analysis/first.py", 12, 15)


def test_the_digest_is_of_the_code_not_its_layout(index, tmp_path):
    before = index.definition("analysis.first", "plain").digest
    path = tmp_path / "analysis" / "first.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  # a comment", "").replace("Say nothing", "Speak"), "utf-8")
    assert SourceIndex(tmp_path).definition("analysis.first", "plain").digest == before
    path.write_text(text.replace("return 1", "return 2"), "utf-8")
    assert SourceIndex(tmp_path).definition("analysis.first", "plain").digest != before
