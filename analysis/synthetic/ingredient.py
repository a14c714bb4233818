"""One column of the stand-in: the values that its contract allows, and their text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection

    from analysis.contracts import Column

Value = str | int | float | date | None
"""A drawn value: None where blank; a month is represented by its first day."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "date": (date,),
}
_DATE_FORMATS = {"yyyy-MM-dd": "%Y-%m-%d", "yyyy-MM": "%Y-%m"}
_KEY = re.compile(
    r"\^(?:\(\?:(?P<groups>\w+(?:\|\w+)*)\))?(?P<prefix>[\w-]*)"
    r"(?:\[0-9\]\{(?P<least>\d+)(?:,(?P<most>\d+))?\}|(?P<letter>\[A-Z\](?:\{1,\d+\})?))\$"
)
"""A pattern from which keys can be made: alternative groups, a prefix, digits or letters."""


@dataclass(frozen=True)
class Ingredient:
    """One column to be drawn by the generator.

    Attributes
    ----------
    dataset
        The dataset it belongs to.
    column
        The column of the contract.
    """

    dataset: str
    column: Column

    @cached_property
    def least(self) -> float:
        """The contract's minimum; ConfigurationError if it states none."""
        return self._number("minimum")

    @cached_property
    def most(self) -> float:
        """The contract's maximum, likewise."""
        return self._number("maximum")

    @cached_property
    def step(self) -> float:
        """The step of which every value is a multiple: 1 for integers."""
        return 1 if self.column.logical_type == "integer" else self._number("multipleOf")

    @property
    def categories(self) -> tuple[str | int, ...]:
        """The values that may be drawn: the contract's list, or its short range of numbers."""
        if self.column.categories or self.column.logical_type != "integer":
            return self.column.categories
        return tuple(range(int(self.least), int(self.most) + 1))

    @property
    def blank_odds(self) -> float:
        """The odds of a blank: rows expected to be blank per row that is not."""
        return self.column.missing_percent / (100 - self.column.missing_percent)

    def share(self, category: str) -> float:
        """Return the share of rows, 0 to 1, that the contract expects of a category."""
        if category not in self.column.expected_percent:
            raise self.refusal(
                f"states no expectedPercent for '{category}'", "state it under customProperties"
            )
        return self.column.expected_percent[category] / 100

    def nearest(self, value: float) -> float:
        """Return the nearest value that the contract allows."""
        return min(self.most, max(self.least, round(value / self.step) * self.step))

    def at_most(self, value: float) -> float:
        """Return the largest value allowed that is not above `value`; else the smallest."""
        return min(self.most, max(self.least, int(value / self.step) * self.step))

    def key(self, number: int, group: str = "") -> str:
        """Return an identifier of the contract's pattern.

        Parameters
        ----------
        number
            From 1; the second of `^E[0-9]{6,8}$` is E000002, of `^LAM-[A-Z]{1,3}$` LAM-B,
            the 27th LAM-AA.
        group
            The alternative with which the pattern begins, if it has any.

        Raises
        ------
        ConfigurationError
            If the pattern has another form or no such group, or the number is too large.
        """
        form = self._key_form
        groups = form["groups"].split("|") if form["groups"] else [""]
        if group not in groups:
            raise self.refusal(
                f"its pattern {self._pattern} begins with {', '.join(groups) or 'no group'}, "
                f"and not with '{group}'",
                "bring the pattern and the codes of study.toml, [[pilots]], into agreement",
            )
        text = _letters(number) if form["letter"] else f"{number:0{form['least']}d}"
        if not re.fullmatch(self._pattern, f"{group}{form['prefix']}{text}"):
            raise self.refusal(
                f"its pattern {self._pattern} has no place for number {number}",
                "allow one more digit",
            )
        return f"{group}{form['prefix']}{text}"

    def check_covered(self, drawn: Collection[object], table: str, *, all_of: bool = True) -> None:
        """Raise an error for a table of weights whose categories aren't those of the contract.

        Parameters
        ----------
        drawn
            The categories that the table names.
        table
            Name of the table, for the message.
        all_of
            Whether it must name every category that the contract lists.
        """
        for category in drawn:
            if category not in self.categories:
                raise self.refusal(
                    f"does not list '{category}', which {table} draws",
                    f"take '{category}' out of {table}, or list it in the contract",
                )
        for category in self.categories:
            if all_of and category not in drawn:
                raise self.refusal(
                    f"lists '{category}', which {table} does not draw",
                    f"give '{category}' its place in {table}, or take it off the contract's list",
                )

    def text(self, value: Value) -> str:
        """Return a value as text, as in the file; ConfigurationError if it is not allowed."""
        column = self.column
        if value is None:
            if column.required:
                raise self.refusal("is blank in a record, and required", "draw a value")
            return ""
        if isinstance(value, bool) or not isinstance(value, _TYPES[column.logical_type]):
            raise self.refusal(
                f"is {column.logical_type}; a record has {value!r}",
                "draw a value of that type",
            )
        if isinstance(value, str):
            return self._words(value)
        if isinstance(value, date):
            return self._day(value)
        return self._quantity(value)

    def _words(self, value: str) -> str:
        column = self.column
        if not value:
            raise self.refusal("is an empty text in a record", "draw None for a blank")
        if column.categories and value not in column.categories:
            raise self.refusal(
                f"does not list '{value}', which a record has",
                "list it in the contract, or stop drawing it",
            )
        if "pattern" in column.options and not re.fullmatch(self._pattern, value):
            raise self.refusal(
                f"has the pattern {self._pattern}, unlike '{value}' in a record",
                "make identifiers with Ingredient.key",
            )
        return value

    def _day(self, value: date) -> str:
        form = str(self.column.options.get("format"))
        if form not in _DATE_FORMATS:
            raise self.refusal(
                f"has the format '{form}', in which the generator writes no date",
                f"write {' or '.join(_DATE_FORMATS)}",
            )
        text = value.strftime(_DATE_FORMATS[form])
        # Both formats sort in the order of their dates.
        self._check_range(text, text)
        return text

    def _quantity(self, value: float) -> str:
        step = Decimal(str(self.step))
        text = f"{value:.{max(0, -int(step.as_tuple().exponent))}f}"
        if Decimal(text) % step:
            raise self.refusal(
                f"is a multiple of {step}; a record has {value!r}",
                "round with Ingredient.nearest",
            )
        self._check_range(float(text), text)
        return text

    def _check_range(self, value: str | float, text: str) -> None:
        options = self.column.options
        for key, outside in (
            ("minimum", "minimum" in options and value < options["minimum"]),
            ("maximum", "maximum" in options and value > options["maximum"]),
        ):
            if outside:
                raise self.refusal(
                    f"has the {key} {options[key]}; a record has {text}",
                    f"widen the {key}, or draw within it",
                )

    def _number(self, option: str) -> float:
        value = self.column.options.get(option)
        if not isinstance(value, int | float):
            raise self.refusal(
                f"states no {option}, which the generator needs",
                f"state {option} under logicalTypeOptions",
            )
        return value

    @property
    def _pattern(self) -> str:
        return str(self.column.options.get("pattern", ""))

    @cached_property
    def _key_form(self) -> re.Match[str]:
        form = _KEY.fullmatch(self._pattern)
        if not form:
            raise self.refusal(
                f"has the pattern '{self._pattern}', from which no keys can be made",
                "write a prefix and digits, such as ^E[0-9]{6}$ or ^E[0-9]{6,8}$",
            )
        return form

    def refusal(self, what: str, remedy: str) -> ConfigurationError:
        """Return the error that names this column and its place in the contract."""
        return ConfigurationError(
            f"{self.dataset}.{self.column.name} {what}", place=self.column.place, remedy=remedy
        )


def _letters(number: int) -> str:
    """Return a number in letters, as spreadsheets label columns: A to Z, AA, AB.

    Examples
    --------
    >>> _letters(1), _letters(26), _letters(27), _letters(703)
    ('A', 'Z', 'AA', 'AAA')
    """
    text = ""
    while number > 0:
        number, place = divmod(number - 1, 26)
        text = chr(ord("A") + place) + text
    return text
