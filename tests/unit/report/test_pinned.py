"""A literal is the number that it repeats, and a build says where it is not."""

from pathlib import Path

import pytest

from analysis.errors import ConfigurationError
from audit.coverage.literals import FILE, explained_numbers, parse_literals
from report.checks.literal_sources import as_toml, pinned_literals

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path):
    files = {
        "rates.py": 'PER = 1000\nPOWER: float = 0.8\nKINDS = {"CR0": 0.5, "CR1": 1}\n'
        "class Rules:\n    base: int = 10\n",
        "study.toml": 'arms = ["a", "b"]\n[[outcomes]]\nlabel = "Section 47 enquiries"\n',
        "found.csv": "finding,x\n1,a\n2,b\n",
        "references.bib": "@misc{a,\n  author = {Westlake, D. and {Some Body}},\n"
        "  year = {2020}\n}\n@misc{b,\n  author = {Corliss, C.},\n  year   = {2019}\n}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def pinned(project, pattern, repeats):
    (project / FILE).write_text(
        f'[[literal]]\npattern = \'{pattern}\'\nreason = "r"\nrepeats = "{repeats}"\n'
    )
    return pinned_literals(project)


@pytest.mark.parametrize(
    ("pattern", "repeats", "holds", "lies"),
    [
        ("per 1,000 pupils", "rates.py:PER", "per 1,000 pupils", "per 2,000 pupils"),
        ("80% power", "rates.py:POWER", "with 80% power", "with 60% power"),
        (r"\d\d% power", "rates.py:POWER", "with 80% power", "with 60% power"),
        ("CR[0-3]", "rates.py:KINDS", "as CR1", "as CR3"),
        (r"Section (17|47)\b".replace("17|", ""), "study.toml:outcomes.label", "Section 47",
         "Section 17"),
        (r"finding \d", "found.csv:finding", "finding 2", "finding 3"),
        (r"[A-Z]\w+ \d{4}", "references.bib", "Westlake 2020", "Westlake 2019"),
        ("near 1", "a name", "near 1", "near 2"),
    ],
)  # fmt: skip
def test_a_number_is_explained_only_where_it_is_what_it_repeats(
    project, pattern, repeats, holds, lies
):
    literals = pinned(project, pattern, repeats)
    assert explained_numbers(holds, literals)
    assert not explained_numbers(lies, literals)


@pytest.mark.parametrize(
    ("pattern", "repeats", "said"),
    [
        ("60% power", "rates.py:POWER", "says 60, and rates.py:POWER is 0.8 or 80"),
        ("90% (interval|power)", "rates.py:POWER", "says 90"),
        (
            "[Tt]hree groups",
            "count of study.toml:arms",
            "says 3, and count of study.toml:arms is 2",
        ),
        ("nearest five", "rates.py:Rules.base", "says 5"),
        (r"\d\d% power", "a name", "leaves open which number"),
        ("near 1", "rates.py:NONE", "there is no rates.py:NONE"),
        ("near 1", "none.py:NONE", "there is no none.py"),
        ("near 1", "study.toml:none", "there is no study.toml:none"),
        ("near 1", "found.csv:none", "there is no found.csv:none"),
        ("near 1", "rates.py", "there is no rates.py"),
        ("near 1", "somewhere", "there is no somewhere"),
    ],
)
def test_a_literal_that_repeats_another_number_stops_the_build(project, pattern, repeats, said):
    with pytest.raises(ConfigurationError, match=r"literals\.toml, literal 1") as stopped:
        pinned(project, pattern, repeats)
    assert said in str(stopped.value)


def test_a_literal_must_say_what_it_repeats(project):
    (project / FILE).write_text('[[literal]]\npattern = "near 1"\nreason = "r"\n')
    with pytest.raises(ConfigurationError, match="does not say what"):
        pinned_literals(project)


def test_a_changed_constant_is_noticed(project):
    assert pinned(project, "80% power", "rates.py:POWER")
    (project / "rates.py").write_text("POWER = 0.9\n")
    with pytest.raises(ConfigurationError, match="says 80"):
        pinned_literals(project)


def test_every_literal_of_the_report_is_pinned_and_travels_so():
    literals = pinned_literals(ROOT)
    assert all(each.numbers for each in literals)
    assert parse_literals(as_toml(literals)) == literals
    for lie in ("60% power", "a 90% confidence interval", "per 2,000 pupils", "Children Act 1998",
                "Section 18", "Key finding 7", "(Westlake et al. 2021)"):  # fmt: skip
        assert not explained_numbers(lie, literals), lie
