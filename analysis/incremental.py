"""Incremental computation: each node only where something that it depends on has changed.

A node is stored under a digest of its code and all code that this reaches, of the *values* that it
takes, and of the conditions of computation. So a changed comment causes no computation, a changed
constant only that of the nodes it affects, and a node whose value is unchanged stops the
propagation. Hamilton's own functions compute each node; which nodes are computed is decided here,
since Hamilton's cache identifies a function only by its own source and trusts the files in its
folder.
"""

from __future__ import annotations

import json
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import dependencies, environment
from analysis.cache import digest_of
from analysis.installed_packages import installed_digest
from analysis.store import NotStored, packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from analysis.cache import Cache
    from analysis.undeclared_reads import Watch


@dataclass(frozen=True)
class Input:
    """An input of the dataflow.

    Attributes
    ----------
    value
        The study, or the path of a file or folder.
    version
        A digest of it; for a path, of its files.
    covers
        The files that the version covers, as real paths.
    """

    value: Any
    version: str
    covers: frozenset[str] = frozenset()


class Nodes:
    """The nodes of one evaluation, computed or taken from the cache.

    Parameters
    ----------
    graph
        Hamilton's nodes by name.
    inputs
        Each input.
    code
        Function that returns, for module and name of a function or class, a digest of its code and
        of all code that it reaches.
    conditions
        What else every result depends on: interpreter, packages, the specified environment.
    cache
        The store of values.
    uncached
        Nodes whose values identify persons, and are not stored; only their versions are.
    watch
        Records what a node reads that is not in its key; such a node is not stored.
    unreported
        Function that returns, for module and name of a function, what its code reads without
        `watch` being told.

    Attributes
    ----------
    computed
        The nodes that were computed, in order.
    rests_on
        Conditions, digest of the code, and versions of the inputs, of each node requested.
    """

    def __init__(
        self,
        graph: Mapping[str, Any],
        inputs: Mapping[str, Input],
        *,
        code: Callable[[str, str], str],
        conditions: str,
        cache: Cache,
        uncached: Callable[[str], bool],
        watch: Watch,
        unreported: Callable[[str, str], Iterable[str]] = lambda _module, _name: (),
    ) -> None:
        self._graph, self.inputs, self._code = graph, inputs, code
        self._conditions, self.cache, self._uncached = conditions, cache, uncached
        self.watch, self._unreported = watch, unreported
        self._values: dict[str, Any] = {}
        self.versions: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.computed: list[str] = []
        self.rests_on: dict[str, dict[str, Any]] = {}

    def value(self, name: str) -> Any:
        """Return a node's value, computed only if it has to be."""
        if name in self.inputs:
            return self.inputs[name].value
        if name not in self._values:
            self.version(name)
        if name not in self._values:  # known, but not read yet
            try:
                self._values[name] = unpacked(self._data(self.versions[name]))
            except NotStored:
                self._compute(name)
        return self._values[name]

    def commit(self) -> None:
        """Store what was computed, once the files are known not to have been edited meanwhile."""
        self.cache.commit()

    def version(self, name: str) -> str:
        """Return a digest that changes whenever a node's value does."""
        if name in self.inputs:
            return self.inputs[name].version
        if not self.known(name):
            self._compute(name)
        return self.versions[name]

    def known(self, name: str) -> bool:
        """Return whether a node's version is known, from this evaluation or an earlier one."""
        if name not in self.versions:
            found = self._noted_version(self.key(name))
            if found is None:
                return False
            self.versions[name] = found
        return True

    def key(self, name: str) -> str:
        """Return a digest of everything that a node depends on."""
        if name not in self.keys:
            node = self._graph[name]
            functions = [self._code(*function) for function in self.functions(name)]
            needs = sorted(need.name for need in node.dependencies)
            versions = {need: self.version(need) for need in needs}
            code = digest_of(*functions)
            taken = [f"{need} {version}" for need, version in versions.items()]
            bound = getattr(getattr(node, "callable", None), "keywords", {})
            given = repr(sorted(bound.items()))
            self.keys[name] = digest_of("node", name, self._conditions, code, given, *taken)
            self.rests_on[name] = {
                "conditions": self._conditions, "code": code, "needs": versions
            }  # fmt: skip
        return self.keys[name]

    def needs(self, name: str) -> list[str]:
        """Return the names of the nodes that a node takes, without inputs, sorted."""
        needs = {need.name for need in self._graph[name].dependencies}
        return sorted(needs - self.inputs.keys())

    def upstream(self, names: Iterable[str]) -> list[str]:
        """Return the names of all nodes that these depend on, each after those that it takes."""
        found: dict[str, None] = {}
        waiting = [(name, False) for name in reversed(list(names)) if name not in self.inputs]
        while waiting:
            name, seen = waiting.pop()
            if seen:
                found.setdefault(name)
            elif name not in found:
                waiting.append((name, True))
                waiting += [(need, False) for need in reversed(self.needs(name))]
        return list(found)

    def functions(self, name: str) -> list[tuple[str, str]]:
        """Return module and name of the functions from which a node was made."""
        return [(f.__module__, f.__name__) for f in self._graph[name].originating_functions]

    def _noted_version(self, key: str) -> str | None:
        """Return the version of the value computed under a key; None if the record is invalid."""
        noted = self.cache.read_as(key, _noted)
        if noted is None:
            return None
        digest, classes = noted
        # What can't be serialised gets a new version whenever one of its dependencies changes.
        return self._version(digest, classes) if digest else key

    def _version(self, digest: str, classes: Iterable[tuple[str, str]]) -> str:
        # Methods of a value's class are code of the nodes that take the value.
        codes = [f"{module}.{name} {self._code(module, name)}" for module, name in classes]
        return digest_of("value", digest, *codes)

    def _data(self, version: str) -> bytes:
        data = self.cache.read(version)
        if data is None:
            raise NotStored(version)
        return data

    def _compute(self, name: str) -> None:
        node, key = self._graph[name], self.key(name)
        given = {need.name: self.value(need.name) for need in node.dependencies}
        covered = [self.inputs[need] for need in given if need in self.inputs]
        unreported = [what for each in self.functions(name) for what in self._unreported(*each)]
        with self.watch.over(name, covered, unreported) as unknown:
            value = node(**given)
        self._values[name] = value
        self.computed.append(name)
        try:
            data, classes = packed(value)
        except (pickle.PicklingError, pickle.UnpicklingError, TypeError, AttributeError):
            self.versions.setdefault(name, key)
            if not unknown:
                self._note(key, name, "", ())
            return
        version = self._version(digest_of(data), classes)
        # Other nodes have been computed under the version recorded before.
        self.versions.setdefault(name, version)
        if unknown:
            return
        if not self._uncached(name):
            self.cache.write(version, data)
            # As it is read from the cache, so that what takes it can't depend on where it is from.
            self._values[name] = unpacked(data)
        self._note(key, name, digest_of(data), classes)

    def _note(self, key: str, name: str, digest: str, classes: Sequence[tuple[str, str]]) -> None:
        made = {"node": name, "sha256": digest, "classes": classes}
        self.cache.write(key, json.dumps(made).encode())


def _noted(data: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Return the digest of a node's value, and its classes, from the record of it."""
    made = json.loads(data)
    return str(made["sha256"]), [(str(module), str(name)) for module, name in made["classes"]]


def conditions() -> str:
    """Return a digest of everything that all results depend on besides code and data."""
    stated = repr([environment.VARIABLES, environment.PRINTING, environment.FLOATING])
    return digest_of(environment.interpreter(), stated, installed_digest(), *environment.packages())


def inputs_of(
    given: Mapping[str, object],
    root: Path,
    extract: Path,
    files: Mapping[str, str],
    code: Callable[[str, str], str],
) -> dict[str, Input]:
    """Return the inputs of the dataflow, each with its version and the files it may read.

    Parameters
    ----------
    given
        Values of the inputs by name: the study, and paths of files and folders.
    files
        SHA-256 of each file, as returned by `analysis.dependencies.hash_files`.
    """
    found = {}
    for name, value in given.items():
        if not isinstance(value, Path):
            found[name] = Input(value, version_of(value, code))
            continue
        start = dependencies.name_of(value, root, extract)
        held = {one for one in files if one == start or one.startswith(f"{start}/")}
        if name == "proofs_directory":  # it also includes whether the code of a proof is current
            held = set(files)
        places = (dependencies.path_of(one, root, extract) for one in held)
        version = digest_of(*(f"{one} {files[one]}" for one in sorted(held)))
        found[name] = Input(value, version, frozenset(os.path.realpath(each) for each in places))
    return found


def version_of(value: Any, code: Callable[[str, str], str]) -> str:
    """Return a digest of an input's value and of the code of its classes."""
    data, classes = packed(value)
    return digest_of(data, *(code(module, name) for module, name in classes))
