"""Columns of the extract on which a node of the dataflow depends, derived from its code.

A node that takes a frame depends on the frame's rows and on each column that its code mentions.
Columns that it does not mention may be in the frame that it returns, and count where they are
mentioned. So the list may include more than is read, but never less, unless a name is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from audit.trace.shared_frames import BY_OUTCOME, COUNTED, DAYS, DECIDING, SHARED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from analysis.dataflow.graph import Node
    from audit.trace.shared_frames import Sources

Column = tuple[str, str]
"""A table and one of its columns."""
_PLAIN = frozenset({"bool", "int", "float", "str"})
"""Return types that contain no frame."""


MAY_BE_ABSENT = frozenset({"care_episodes"})
"""Tables that only a study has which measures days; without a file they rest on none."""


@dataclass(frozen=True)
class _Value:
    """The columns on which a value depends as a whole, and each column it may contain unread."""

    rests: frozenset[Column]
    held: Mapping[str, frozenset[Column]]


_NOTHING = _Value(frozenset(), {})


@dataclass(frozen=True)
class ColumnReader:
    """Find the columns on which nodes depend.

    Parameters
    ----------
    nodes
        All nodes, by name.
    tables
        Columns of each table, by name of its node.
    words
        Returns the words that the code of a node mentions; empty for an input.
    counted
        Names of the outcomes measured as counts of events; empty if the primary outcome is
        measured in days.
    deciding
        Whether to include columns that only decide what is analysed and what may be shown.
    """

    nodes: Mapping[str, Node]
    tables: Mapping[str, Iterable[str]]
    words: Callable[[str], frozenset[str]]
    counted: frozenset[str] = frozenset()
    deciding: bool = True

    @cached_property
    def _values(self) -> dict[str, _Value]:
        return {}

    @cached_property
    def _reached(self) -> dict[str, bool]:
        return {}

    def rests(self, name: str) -> frozenset[Column]:
        """Return the columns on which a node depends, including through other nodes."""
        return self._value(name).rests

    def _value(self, name: str) -> _Value:
        if name not in self._values:
            self._values[name] = self._found(name)
        return self._values[name]

    def _found(self, name: str) -> _Value:
        if name in self.tables:
            return _Value(frozenset(), {c: frozenset({(name, c)}) for c in self.tables[name]})
        if name in SHARED:
            return self._shared(name)
        if self.nodes[name].function is None:
            return _NOTHING
        said = self.words(name).union(*map(self.words, self._above_tables(name)))
        rests: set[Column] = set()
        held: dict[str, frozenset[Column]] = {}
        for need in self.nodes[name].needs:
            taken = self._taken(name, need)
            rests |= taken.rests
            for column, sources in taken.held.items():
                if column in said:
                    rests |= sources
                else:
                    held[column] = held.get(column, frozenset()) | sources
        return _Value(frozenset(rests), held if self._may_hold(name) else {})

    def _taken(self, name: str, need: str) -> _Value:
        """Return what a node takes from another, without days in care if it reads none."""
        if self._only_decides(need) and not self.nodes[name].exhibit:
            return _NOTHING
        taken, of = self._value(need), self.nodes[name].outcome
        reads_none = (name in COUNTED and self.counted) or (of in self.counted)
        return _without_days(taken) if reads_none and need in BY_OUTCOME else taken

    def _above_tables(self, name: str) -> set[str]:
        """Return the nodes upstream of one that no table reaches; they may name a column."""
        found: set[str] = set()
        waiting = list(self.nodes[name].needs)
        while waiting:
            need = waiting.pop()
            if need not in found and need != "origin" and not self._below_tables(need):
                found.add(need)
                waiting.extend(self.nodes[need].needs)
        return found

    def _below_tables(self, name: str) -> bool:
        if name not in self._reached:
            needs = self.nodes[name].needs
            self._reached[name] = name in self.tables or any(map(self._below_tables, needs))
        return self._reached[name]

    def _shared(self, name: str) -> _Value:
        frame = SHARED[name]
        rows = self._of(frame.rows)
        return _Value(rows, {c: rows | self._of(made) for c, made in frame.columns.items()})

    def _of(self, sources: Sources) -> frozenset[Column]:
        found: set[Column] = set()
        for source in sources:
            if self._only_decides(source):
                continue
            node, _, column = source.partition(".")
            if node in MAY_BE_ABSENT and node not in self.tables:
                continue
            value = self._value(node)
            found |= value.rests | (value.held[column] if column else frozenset())
        return frozenset(found)

    def _only_decides(self, source: str) -> bool:
        return not self.deciding and source in DECIDING

    def _may_hold(self, name: str) -> bool:
        function = self.nodes[name].function
        said = function.__annotations__.get("return", "") if function else ""
        return said not in _PLAIN


def _without_days(value: _Value) -> _Value:
    def kept(columns: frozenset[Column]) -> frozenset[Column]:
        return frozenset(each for each in columns if each[0] != DAYS)

    return _Value(kept(value.rests), {name: kept(each) for name, each in value.held.items()})
