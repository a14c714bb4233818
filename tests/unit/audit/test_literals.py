"""What counts as a number in a text, and which numbers a listed literal explains."""

import re

import pytest

from analysis.errors import ConfigurationError
from audit.coverage.literals import Literal, explained, numbers, parse_literals


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ratio of 0.66 (0.52 to 0.83)", ["0.66", "0.52", "0.83"]),
        ("fell by −12 or -3, by 1,204,000 and 95%", ["−12", "-3", "1,204,000", "95"]),
        ("in 2018-19 and 2019–20", ["2018", "19", "2019", "20"]),
        ("see F3, T12 and s47", ["F3", "T12", "s47"]),
        ("Ends with 12. Then 13, and (14).", ["12", "13", "14"]),
        ("£1,200.50 each", ["1,200.50"]),
        ("none here", []),
    ],
)
def test_numbers_are_found_as_written(text, expected):
    assert [found.text for found in numbers(text)] == expected


def test_no_digit_stands_outside_a_number():
    text = "7.1.2 a1b2 ½3 1,2,3 0.5.1 (9)8 x_4 €5k 10,00"
    inside = set()
    for found in numbers(text):
        inside.update(range(found.start, found.end))
    assert {at for at, sign in enumerate(text) if sign.isdigit()} <= inside


def test_a_literal_explains_only_numbers_within_its_match():
    act = Literal(re.compile(r"section (17|47)\b"), "sections of the Act")
    given = explained("47 enquiries under section 47, not section 471", [act])
    assert [(found.start, found.text) for found in given] == [(27, "47")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[[literal]", "no TOML"),
        ('[[literal]]\npattern = "x1"\n', "a pattern and a reason"),
        ('[[literal]]\npattern = "x1"\nreason = " "\n', "a pattern and a reason"),
        ('[[literal]]\npattern = "("\nreason = "y"\n', "no regular expression"),
        ('[[literal]]\npattern = "[0-9]+"\nreason = "y"\n', "any number"),
        ('[[literal]]\npattern = "x?"\nreason = "y"\n', "any number"),
    ],
)
def test_a_wrong_entry_is_named(source, expected):
    with pytest.raises(ConfigurationError, match=expected):
        parse_literals(source)
