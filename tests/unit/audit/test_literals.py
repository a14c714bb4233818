"""What counts as a number in a text, and which numbers a listed literal explains."""

import re
import sys
import unicodedata

import pytest

from analysis.errors import ConfigurationError
from audit.coverage.literals import Literal, explained_numbers, numbers, parse_literals


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ratio of 0.66 (0.52 to 0.83)", ["0.66", "0.52", "0.83"]),
        ("fell by −12 or -3, by 1,204,000 and 95%", ["−12", "-3", "1,204,000", "95"]),
        ("in 2018-19 and 2019–20", ["2018", "19", "2019", "20"]),
        ("see F3, T12 and s47", ["F3", "T12", "s47"]),
        ("Ends with 12. Then 13, and (14).", ["12", "13", "14"]),
        ("£1,200.50 each", ["1,200.50"]),
        ("½ of them, 1½ times, x², (a + b)², R², Ⅻ, ③", ["½", "1½", "x²", "²", "R²", "Ⅻ", "③"]),
        ("none here", []),
    ],
)
def test_numbers_are_found_as_written(text, expected):
    assert [found.text for found in numbers(text)] == expected


def test_every_numeral_of_unicode_is_a_number():
    """Of whatever script: by its category, or by its numeric value."""
    signs = map(chr, range(sys.maxunicode + 1))
    numerals = [
        sign
        for sign in signs
        if unicodedata.category(sign) in ("Nd", "Nl", "No") or unicodedata.numeric(sign, None)
    ]
    assert len(numerals) > 1800
    assert [sign for sign in numerals if not numbers(f"fell by {sign}.")] == []
    assert [sign for sign in numerals if not numbers(f"by{sign}of")] == []


def test_no_digit_stands_outside_a_number():
    text = "7.1.2 a1b2 ½3 1,2,3 0.5.1 (9)8 x_4 €5k 10,00"
    inside = set()
    for found in numbers(text):
        inside.update(range(found.start, found.end))
    assert {at for at, sign in enumerate(text) if sign.isdigit()} <= inside


def test_a_literal_explains_only_numbers_within_its_match():
    act = Literal(re.compile(r"section (17|47)\b"), "sections of the Act")
    given = explained_numbers("47 enquiries under section 47, not section 471", [act])
    assert [(found.start, found.text) for found in given] == [(27, "47")]


def test_a_literal_explains_no_number_but_its_own():
    power = Literal(re.compile(r"\d\d% power"), "power", numbers=frozenset({"80"}))
    assert [each.text for each in explained_numbers("with 80% power", [power])] == ["80"]
    assert not explained_numbers("with 60% power", [power])


def test_the_year_of_a_source_is_explained_beside_its_author_alone():
    beside = {"2020": frozenset({"Westlake"}), "2019": frozenset({"Corliss"})}
    year = Literal(re.compile(r"[A-Z]\w+ \d{4}[a-z]?"), "year", "", frozenset(beside), beside)
    assert [each.text for each in explained_numbers("(Westlake 2020a)", [year])] == ["2020a"]
    assert not explained_numbers("(Westlake 2019)", [year])
    assert not explained_numbers("(Westlake 2021)", [year])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('[[literal]]\npattern = "x1"\nreason = "y"\nvalue = 1\n', "a pattern and a reason"),
        ('[[literal]]\npattern = "x1"\nreason = "y"\nnumbers = [1]\n', "must be text"),
        ('[[literal]]\npattern = "x1"\nreason = "y"\nbeside = 1\n', "must be text"),
        ("[[literal]", "not valid TOML"),
        ('[[literal]]\npattern = "x1"\n', "a pattern and a reason"),
        ('[[literal]]\npattern = "x1"\nreason = " "\n', "a pattern and a reason"),
        ('[[literal]]\npattern = "("\nreason = "y"\n', "not a valid regular expression"),
        ('[[literal]]\npattern = "[0-9]+"\nreason = "y"\n', "any number"),
        ('[[literal]]\npattern = "x?"\nreason = "y"\n', "any number"),
    ],
)
def test_a_wrong_entry_is_named(source, expected):
    with pytest.raises(ConfigurationError, match=expected):
        parse_literals(source)
