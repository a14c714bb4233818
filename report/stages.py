"""The stages of a command: what it is doing, how long it took, and how long is left."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

WIDTH = 40
"""Length of the longest bar of a timeline, in characters."""
_CLEARED = "\r\033[K"


@dataclass
class Stages:
    """The stages of a command, printed as they end.

    Attributes
    ----------
    tell
        Prints one line of text.
    expected
        Duration of each stage in the last build, in seconds, by name; used to print the time left
        while a stage runs, on a terminal only.
    seconds
        Duration of each stage that ended, in seconds, by name.
    parts
        For the stages that have parts, when each began after the stage and how long it took, in
        seconds; parts may overlap.
    """

    tell: Callable[[str], None] = print
    expected: Mapping[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    parts: dict[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Time a stage; notes added to the list are printed next to it."""
        notes: list[str] = []
        began = time.perf_counter()
        self._print_time_left(name)
        yield notes
        self.seconds[name] = time.perf_counter() - began
        note = f"  {', '.join(notes)}" if notes else ""
        self.tell(f"{self._clear()}  {name:<28}{self.seconds[name]:6.1f} s{note}")

    def left(self, name: str) -> float:
        """Return the seconds that this and later stages took in the last build; 0 if unknown."""
        names = list(self.expected)
        start = names.index(name) if name in names else len(names)
        return sum(self.expected[each] for each in names[start:])

    def timeline(self) -> Iterator[str]:
        """Yield a line for each stage and its parts, with a bar proportional to its duration."""
        total = sum(self.seconds.values()) or 1.0
        before = 0.0
        for name, took in self.seconds.items():
            yield _bar(name, before, took, total)
            for part, (began, seconds) in self.parts.get(name, {}).items():
                yield _bar(f"  {part}", before + began, seconds, total)
            before += took

    def _print_time_left(self, name: str) -> None:
        left = self.left(name)
        if sys.stdout.isatty() and left >= 1:
            print(f"  {name:<28}about {left:.0f} s left", end="", flush=True)

    def _clear(self) -> str:
        return _CLEARED if sys.stdout.isatty() else ""


def _bar(name: str, before: float, took: float, total: float) -> str:
    start = round(WIDTH * before / total)
    length = max(1, round(WIDTH * took / total))
    return f"  {name:<28}{took:6.1f} s  {' ' * min(start, WIDTH - 1)}{'█' * length}"
