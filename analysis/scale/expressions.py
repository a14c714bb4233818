"""The columns that rules may name, as expressions of Ibis: what `Columns` does for frames.

Text is parsed by the same patterns; each is written so that DuckDB (RE2) and Spark (Java) read it
alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.contracts.derived.column import DAYS_IN_YEAR
from analysis.contracts.expectations import lookup_key
from analysis.contracts.implied_rules import CALLS
from analysis.contracts.typed_tables import DAY, DECIMAL, MONTH, STEP_TOLERANCE, WHOLE, YEARS
from analysis.scale.staging import ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from analysis.contracts.contract import Column, DataContract

_UNSEEN = (
    r"\x{0}-\x{20}\x{7f}-\x{a0}\x{ad}\x{1680}\x{2000}-\x{200f}\x{2028}-\x{202f}"
    r"\x{205f}-\x{2069}\x{3000}\x{feff}"
)
"""The characters of `typed_tables.UNSEEN`, with what Python's `\\s` stands for written out."""
PLAIN = f"[^{_UNSEEN}]+(?: [^{_UNSEEN}]+)*"
"""`typed_tables.PLAIN` without its limit of length: RE2 can't look ahead."""
LONGEST = 199
"""Characters of a plain text."""


def matches(text: Any, pattern: str) -> Any:
    """Return whether the whole text matches a pattern."""
    return text.re_search(rf"\A(?:{pattern})\z")


def typed(text: Any, column: Column) -> Any:
    """Return text typed as `typed_tables.typed_texts` does; null where blank or unreadable."""
    match column.logical_type:
        case "integer" | "number":
            pattern = WHOLE if column.logical_type == "integer" else DECIMAL
            return _where(matches(text, pattern), text).try_cast("float64")
        case "date":
            whole = text.concat("-01") if column.is_month else text
            day = _where(matches(text, MONTH if column.is_month else DAY), whole).try_cast("date")
            return _where(day.year().between(*YEARS), day)
        case _:
            return text


def _where(condition: Any, value: Any) -> Any:
    import ibis

    return ibis.ifelse(condition, value, ibis.null())


def _truth(condition: Any, text: Any) -> Any:
    """Return 1 or 0; null where blank."""
    import ibis

    return ibis.ifelse(text.isnull(), ibis.null(), condition.fill_null(False).cast("float64"))


def _valid(text: Any, column: Column) -> Any:
    if column.logical_type == "string":
        return matches(text, PLAIN) & (text.length() <= LONGEST)
    return typed(text, column).notnull()


def _steps(text: Any, column: Column) -> Any:
    steps = typed(text, column) / float(column.options["multipleOf"])
    apart = (steps - steps.round()).abs()
    import ibis

    near = apart <= STEP_TOLERANCE * ibis.greatest(ibis.literal(1.0), steps.abs())
    return ibis.ifelse(steps.isnull(), ibis.null(), near.cast("float64"))


def _days_since_same(get: Callable[[str], Any]) -> Any:
    import ibis

    day, child, kind = get("event_date"), get("child_id"), get("event_type")
    order = [ibis.asc(day, nulls_first=True), get(ROW)]
    last = day.lag().over(ibis.window(group_by=[child, kind], order_by=order))
    known = day.notnull() & child.notnull() & kind.notnull()
    return _where(known, day.delta(last, unit="day").cast("float64"))


def _events_of_child(get: Callable[[str], Any]) -> Any:
    import ibis

    child = get("child_id")
    return _where(child.notnull(), get(ROW).count().over(ibis.window(group_by=child))).cast(
        "float64"
    )


def _age(get: Callable[[str], Any]) -> Any:
    days = get("event_date").delta(get("children.birth_month"), unit="day")
    return days.cast("float64") / DAYS_IN_YEAR


DERIVED: Mapping[tuple[str, str], Callable[[Callable[[str], Any]], Any]] = {
    ("child_events", "age"): _age,
    ("child_events", "days_since_same"): _days_since_same,
    ("child_events", "day_of_week"): lambda get: (
        get("event_date").day_of_week.index().cast("float64")
    ),
    ("child_events", "day_of_month"): lambda get: get("event_date").day().cast("float64"),
    ("child_events", "events_of_child"): _events_of_child,
}
"""Derived columns of a large dataset, from a function that returns the columns they take."""


class Expressions:
    """Columns of one large dataset by the names that rules give them.

    Parameters
    ----------
    dataset, contracts
        The dataset, and every contract.
    sent
        Its text, with `row`.
    lookups
        For each dataset that it refers to, the text of that dataset with one row for each key.
    """

    def __init__(
        self,
        dataset: str,
        contracts: Mapping[str, DataContract],
        sent: Any,
        lookups: Mapping[str, Any],
    ) -> None:
        self._dataset, self._contracts = dataset, contracts
        self._sent, self._lookups = sent, lookups

    def knows(self, name: str) -> bool:
        """Whether there is an expression for a column."""
        table, _, column = name.rpartition(".")
        call = CALLS.fullmatch(name)
        if call:
            return call.group(1) != "known" or _home(self, call.group(2)) in self._lookups
        if table == "derived":
            return (self._dataset, column) in DERIVED
        return not table or table in self._lookups

    def table(self, names: Iterable[str]) -> Any:
        """Return a table with `row` and the named columns."""
        wanted = list(dict.fromkeys(names))
        joined = self._joined(wanted)
        # Windows read what earlier expressions gave, so plain columns are named first.
        plain = {
            need: self._plain(joined, need)
            for need in dict.fromkeys(need for name in wanted for need in self._needs(name))
        }
        first = joined.select(ROW, **plain)
        made = {name: self._made(first, name) for name in wanted}
        return first.select(ROW, **made)

    def _needs(self, name: str) -> list[str]:
        """Return the plain columns from which a column is made."""
        table, _, column = name.rpartition(".")
        if table != "derived":
            return [name]
        from analysis.contracts.derived import derived_column

        found = derived_column(self._dataset, column)
        return [need.partition(":")[2] for need in found.needs] if found else []

    def _made(self, first: Any, name: str) -> Any:
        table, _, column = name.rpartition(".")
        if table != "derived":
            return first[name]
        return DERIVED[self._dataset, column](first.__getitem__)

    def _joined(self, names: list[str]) -> Any:
        """Return the text with that of each dataset which the columns look up."""
        joined = self._sent
        for home in sorted({h for name in names for n in self._needs(name) if (h := self._of(n))}):
            contract = self._contracts[self._dataset]
            own, other = lookup_key(contract, home), self._lookups[home]
            prefixed = other.select(**{f"{home}__{c}": other[c] for c in other.columns if c != ROW})
            key = contract.column(own).references.partition(".")[2]
            joined = joined.left_join(prefixed, joined[own] == prefixed[f"{home}__{key}"])
        return joined

    def _of(self, name: str) -> str:
        """Return the dataset in which a column is looked up; "" for one of the file."""
        call = CALLS.fullmatch(name)
        if call:
            return _home(self, call.group(2)) if call.group(1) == "known" else ""
        return name.rpartition(".")[0]

    def _plain(self, joined: Any, name: str) -> Any:
        """Return a column that depends on one text of the row, or of the row that it refers to."""
        contract = self._contracts[self._dataset]
        call = CALLS.fullmatch(name)
        if not call:
            table, _, column = name.rpartition(".")
            home = self._contracts[table] if table else contract
            text = joined[f"{table}__{column}" if table else column].nullif("")
            return typed(text, home.column(column))
        kind, own = call.groups()
        text, column_ = joined[own].nullif(""), contract.column(own)
        match kind:
            case "filled":
                return _where(text.notnull(), 1.0).cast("float64")
            case "number" | "sent":
                return text
            case "known":
                key = column_.references.partition(".")[2]
                return _truth(joined[f"{_home(self, own)}__{key}"].notnull(), text)
            case "valid":
                return _truth(_valid(text, column_), text)
            case "fits":
                return _truth(matches(text, column_.options["pattern"].strip("^$")), text)
            case _:
                return _steps(text, column_)


def _home(columns: Expressions, own: str) -> str:
    """Return the dataset that a column refers to."""
    contract = columns._contracts[columns._dataset]
    return str(contract.column(own).references.partition(".")[0])
