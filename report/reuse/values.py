"""The values of a build, loaded from the store only if what is stated of them is not cached.

Most of a build needs of the results only what it states about them: the Markdown of an exhibit,
whether a claim is true, which source a number names. That is cached under the digests of the stored
values and the code, so that a build that computes nothing need not read the values either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.cache import Cache, digest_of
from analysis.incremental import conditions
from report.reuse.inputs import code_digest
from report.reuse.last_build import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from analysis.evaluation import Evaluation

PROVENANCES = "provenances"
CODE = ("analysis", "audit", "report")
"""Folders of the code that states something about values."""
PLACE = FOLDER / "stated"
LARGEST = 20_000_000
"""Largest size of the cache in bytes: a few dozen states of a project."""


class Values(Mapping[str, Any]):
    """The values of an evaluation, by name.

    Parameters
    ----------
    evaluation
        The evaluation, whose store holds them.
    names
        Names of the values.
    loaded
        The values, if they are at hand; None to read them from the store when they are needed.
    """

    def __init__(
        self, evaluation: Evaluation, names: list[str], loaded: Mapping[str, Any] | None = None
    ) -> None:
        self._evaluation, self._names = evaluation, names
        self._cache = Cache(evaluation.root / PLACE)
        if loaded is not None:
            self.__dict__["_loaded"] = loaded

    def __getitem__(self, name: str) -> Any:
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def recall(self, what: str, make: Callable[[], Any]) -> Any:
        """Return something stated about the values, made only if it is not cached.

        Parameters
        ----------
        what
            Name of the statement, with everything that it depends on besides values and code.
        make
            Makes it from the values; the result must be the same after a round trip through JSON.
        """
        key = digest_of("stated", self._under, what)
        found = self._cache.read_as(key, lambda data: [json.loads(data)])
        if found is not None:
            return found[0]
        text = json.dumps(make())
        self._cache.write(key, text.encode())
        return json.loads(text)

    def ended(self) -> None:
        """Remove the least recently used statements."""
        self._cache.prune(LARGEST)

    @cached_property
    def _loaded(self) -> Mapping[str, Any]:
        return self._evaluation.stored_values(self._names)

    @cached_property
    def _under(self) -> str:
        code = code_digest(Path(__file__).parents[2], CODE)
        evaluation = self._evaluation
        return digest_of(evaluation.key, evaluation.store.digest(self._names), conditions(), code)


def stored(evaluation: Evaluation, given: Mapping[str, str]) -> Values | None:
    """Return the values of an evaluation if its store has all of them, each as it was written.

    Parameters
    ----------
    given
        The short reference of each exhibit that the whole report shows.
    """
    cache = Cache(evaluation.root / PLACE)
    names = cache.read_as(_names_key(evaluation, given), lambda data: [*map(str, json.loads(data))])
    if names is None or not evaluation.store.intact(names):
        return None
    values = Values(evaluation, names)
    before = values.recall("references", lambda: _references(values))
    return values if before == {name: given.get(name, "") for name in before} else None


def filled(evaluation: Evaluation, given: Mapping[str, str], values: Mapping[str, Any]) -> Values:
    """Return the values with which a store was filled, and note their names for the next build.

    Which results a study has, and which exhibits nothing shows, only its graph could say.
    """
    names = list(values)
    key = _names_key(evaluation, given)
    Cache(evaluation.root / PLACE).write(key, json.dumps(names).encode())
    return Values(evaluation, names, values)


def _names_key(evaluation: Evaluation, given: Mapping[str, str]) -> str:
    return digest_of("names", evaluation.key, conditions(), repr(sorted(given.items())))


def _references(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: each.reference for name, each in values[PROVENANCES].items()}


def stated(values: Mapping[str, Any], what: str, make: Callable[[], Any]) -> Any:
    """Return something stated about values, from the cache if they have one."""
    return values.recall(what, make) if isinstance(values, Values) else make()
