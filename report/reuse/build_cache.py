"""The cache of one build: what it reused, and what the next may reuse."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analysis.cache import Cache
from analysis.parallel.workers import aside
from report.reuse.chapters import Outputs, PressCache
from report.reuse.explanation import explained, steps_before, steps_now
from report.reuse.last_build import FOLDER
from report.reuse.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from report.reuse.last_build import Recorder
    from report.reuse.results import Results


@dataclass(frozen=True)
class Reused:
    """The caches of a build, except that of its results.

    Parameters
    ----------
    root
        The project's folder.
    values
        Every exhibit, and their provenances.
    """

    root: Path
    values: Mapping[str, Any]

    @cached_property
    def outputs(self) -> Outputs:
        """Cache of the output of chapters."""
        return Outputs(self.root, Cache(self.root / FOLDER / "chapters"), self.values)

    @cached_property
    def press(self) -> PressCache:
        """Cache of what the press made from it."""
        return PressCache(self.root / FOLDER / "pages")

    @contextmanager
    def aside(self, make: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
        """Start a function as `analysis.parallel.workers.aside` does, and note what it reused."""
        press, this = self.press, os.getpid()

        def noted() -> tuple[Any, int, set[str], list[str], list[str]]:
            known = set(press.used), len(press.taken), len(press.missed)
            made = make()
            new = press.used - known[0], press.taken[known[1] :], press.missed[known[2] :]
            return made, os.getpid(), *new

        with aside(noted) as result:

            def taken() -> Any:
                made, process, used, found, missed = result()
                if process != this:
                    press.used.update(used)
                    press.taken.extend(found)
                    press.missed.extend(missed)
                return made

            yield taken

    def ended(self, recorder: Recorder, results: Results) -> list[str]:
        """Record the inputs of a build's steps, and return why each was repeated or reused."""
        root, asked = recorder.root, recorder.asked
        before = steps_before(root, asked)
        now = steps_now(root, recorder.inputs, before, results, self.outputs)
        now.write(root, asked)
        if isinstance(self.values, Values):
            self.values.ended()
        for cache in (self.outputs.cache, self.press, results.cache):
            if cache is not None:
                cache.prune()
        return list(explained(before, now, results, self.outputs, self.press))
