"""The caches of one build: chapters' output, and what the press made from it.

A chapter that only shows exhibits has the same output for the same code, options and Markdown of
what it shows. Any other chapter is run in every build.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.cache import Cache, digest_of
from analysis.exhibits.parts.exhibit import Exhibit, Provenance
from analysis.exhibits.parts.markdown import Shown
from analysis.importing import package_folder
from analysis.incremental import conditions
from analysis.parallel.workers import aside
from press.run.execution import as_bytes, from_bytes
from report.exhibit_references import NAMESPACES
from report.reuse.displayed import DOCUMENTS, displayed_chapter, shown
from report.reuse.explanation import PDF, explained, steps_before, steps_now
from report.reuse.inputs import code_digest
from report.reuse.last_build import FOLDER
from report.reuse.values import Values, stated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from press.chapter.chapter import Chapter
    from press.run.results import ExecutedChapter
    from report.reuse.explanation import Counts
    from report.reuse.last_build import Recorder
    from report.reuse.results import Results

_PDF = b"%PDF"
PRESS = ("press",)
"""Folders of the code that makes pages from the output of chapters."""
RUNS = ("analysis/book.py", "analysis/environment.py", "analysis/evaluation.py",
        "analysis/exhibits/parts", "analysis/store.py", "press/chapter", "press/run")  # fmt: skip
"""Files and folders of the code that runs cells, and that cells run to show an exhibit."""


class Outputs:
    """Cache of the output of chapters, by digest of what their code shows.

    Parameters
    ----------
    root
        The project's folder.
    cache
        Cache in which it is stored.
    values
        Every exhibit, and their provenances, as cells will read them.
    """

    def __init__(self, root: Path, cache: Cache, values: Mapping[str, Any]) -> None:
        self._root, self.cache, self._values = root, cache, values
        self.taken: list[str] = []
        self.made: list[str] = []
        self.rests_on: dict[str, dict[str, Any]] = {}
        self._documents: dict[tuple[str, ...], str] = {}

    def take(self, chapter: Chapter, defaults: Mapping[str, Any]) -> ExecutedChapter | None:
        """Return a chapter with its output from the cache; None if it is not there."""
        if not chapter.runs:
            return None
        key = self._key(chapter, defaults)
        read = partial(from_bytes, chapter)
        found = None if key is None else self.cache.read_as(key, read)
        (self.made if found is None else self.taken).append(chapter.path)
        return found

    def displayed(self, chapter: Chapter, defaults: Mapping[str, Any]) -> ExecutedChapter | None:
        """Return a chapter with its output if that follows from the exhibits that it shows."""
        if self._key(chapter, defaults) is None:
            return None
        return displayed_chapter(chapter, defaults, self._displayed, self._values)

    def store(self, done: ExecutedChapter, defaults: Mapping[str, Any]) -> None:
        """Store a chapter's output, if it depends only on what the chapter shows."""
        key = self._key(done.chapter, defaults) if done.chapter.runs else None
        if key is not None:
            self.cache.write(key, as_bytes(done))

    def _key(self, chapter: Chapter, defaults: Mapping[str, Any]) -> str | None:
        showing = shown(chapter)
        if None in showing:
            return None
        cells = [(cell.source, dict(cell.options)) for cell in chapter.cells]
        inlines = [inline.expression for inline in chapter.inlines]
        order = [hasattr(part, "options") for part in chapter.parts]
        written = [cells, inlines, order, dict(chapter.front.values), dict(defaults)]
        known = [one for one in showing if one is not None]
        displayed = {" ".join(one[1:]): f"{one} {self._displayed(*one)}" for one in known}
        self.rests_on[chapter.path] = {
            "runner": self._runner,
            "code": digest_of(repr(written)),
            "shown": {name: digest_of(text) for name, text in displayed.items()},
        }
        return digest_of("chapter", self._runner, repr(written), repr(showing), *displayed.values())

    def _displayed(self, kind: str, name: str, *given: str) -> str:
        """Return the Markdown that an exhibit or document displays; empty for a result."""
        if kind in NAMESPACES:
            return self._markdown[name]
        if name in DOCUMENTS:
            if (name, *given) not in self._documents:
                made = getattr(import_module(kind), name)(*given)._repr_markdown_()
                self._documents[(name, *given)] = str(made)
            return self._documents[(name, *given)]
        return ""

    @cached_property
    def _markdown(self) -> Mapping[str, str]:
        """The Markdown that each exhibit displays, by name."""
        known: dict[str, str] = stated(self._values, "displayed", lambda: displayed(self._values))
        return known

    @cached_property
    def _runner(self) -> str:
        return digest_of(conditions(), code_digest(package_folder(self._root, "analysis"), RUNS))


def displayed(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the Markdown that each exhibit displays in a book, by name."""
    provenances = values["provenances"]
    return {
        name: str(Shown(value, provenances.get(name, Provenance(name)))._repr_markdown_())
        for name, value in values.items()
        if isinstance(value, Exhibit)
    }


@dataclass(frozen=True)
class PressCache(Cache):
    """Cache of pandoc's output and of chapters as read, by digest of the press's own code.

    Attributes
    ----------
    taken, missed
        Keys that were found, with `PDF` for that of a PDF, and keys that were not.
    """

    taken: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @cached_property
    def code(self) -> str:
        """Digest of the press's code and of the conditions under which it runs."""
        return digest_of(conditions(), code_digest(Path(__file__).parents[2], PRESS))

    def read(self, key: str) -> bytes | None:
        """Return the data cached under a key, and record whether there are any."""
        data = super().read(key)
        (self.missed if data is None else self.taken).append(key)
        if data is not None and data.startswith(_PDF):
            self.taken[-1] = PDF
        return data


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

    def ended(self, recorder: Recorder, results: Results, counts: Counts) -> list[str]:
        """Record the inputs of a build's steps, and return why each was repeated or reused.

        Parameters
        ----------
        counts
            Files made and reused by the steps after the pages.
        """
        root, asked = recorder.root, recorder.asked
        before = steps_before(root, asked)
        now = steps_now(root, recorder.inputs, before, results, self.outputs)
        now.write(root, asked)
        if PDF in asked.formats:
            counts[PDF] = (0, 1) if PDF in self.press.taken else (1, 0)
        if isinstance(self.values, Values):
            self.values.ended()
        for cache in (self.outputs.cache, self.press, results.cache):
            if cache is not None:
                cache.prune()
        return list(explained(before, now, results, self.outputs, self.press, counts))
