"""A study's own step that states no types is named, with its line and what to do."""

import importlib.util

import pytest

from analysis.dataflow.step_modules import untyped


def module(tmp_path, text):
    file = tmp_path / "own.py"
    file.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("own", file)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("def shares(panel) -> int:\n    return 1\n", "panel"),
        ("def shares(panel: int):\n    return 1\n", "return"),
        ("def shares(panel):\n    return 1\n", "panel and return"),
    ],
)
def test_a_step_without_types_is_named(tmp_path, text, lacking):
    error = untyped([module(tmp_path, "\n\n" + text)], tmp_path)
    assert (error.place, error.what) == ("own.py:3", f"shares gives no type for {lacking}")


def test_helpers_need_no_types(tmp_path):
    text = "from textwrap import dedent\ndef _half(x): return x\ndef a(b: int) -> int: return b\n"
    assert untyped([module(tmp_path, text)], tmp_path) is None
