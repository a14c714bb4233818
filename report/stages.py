"""What a command is doing and how long each stage took."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Stages:
    """The stages of a command, told as they end.

    Attributes
    ----------
    tell
        Takes one line of text.
    seconds
        Of each stage that ended, by name.
    """

    tell: Callable[[str], None] = print
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Time a stage; what is put in the list is told beside it."""
        notes: list[str] = []
        began = time.perf_counter()
        yield notes
        self.seconds[name] = time.perf_counter() - began
        note = f"  {', '.join(notes)}" if notes else ""
        self.tell(f"  {name:<28}{self.seconds[name]:6.1f} s{note}")
