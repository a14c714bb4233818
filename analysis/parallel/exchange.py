"""What processes tell each other of the nodes that they compute: keys, versions and stored bytes.

Everything passes through pipes between a process and its forks, and nothing through files. Values
that name persons are not passed on; their versions are.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from analysis.importing import READ

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from analysis.cache import PendingCache
    from analysis.incremental import Nodes

CONTRADICTED = "contradicted"
"""In place of the digest of a source file that two processes read in different states."""


@dataclass(frozen=True)
class Question:
    """A node for another process to compute.

    Attributes
    ----------
    name, key
        Its name and key.
    versions
        The version of each node that it takes, or that must be computed again for it.
    values
        The values of these as bytes, by version, as far as the process lacks them.
    """

    name: str
    key: str
    versions: Mapping[str, str]
    values: Mapping[str, bytes]


@dataclass(frozen=True)
class Made:
    """What a process has computed.

    Attributes
    ----------
    versions
        The version of each node that it computed, in order.
    entries
        What is to be stored, by key.
    unknown
        What a node read that is not in its key, by node.
    sources
        The source files that the process has read; see `analysis.importing.READ`.
    seconds
        How long it took.
    """

    versions: Mapping[str, str]
    entries: Mapping[str, bytes]
    unknown: Mapping[str, list[str]]
    sources: Mapping[str, str]
    seconds: float


def stored(nodes: Nodes, cache: PendingCache, name: str) -> bool:
    """Return whether the value of a node whose version is known can be read from the cache.

    One that names persons can't, nor one that can't be written, whose version is its key.
    """
    version = nodes.version(name)
    return version != nodes.key(name) and cache.has(version)


def question(nodes: Nodes, cache: PendingCache, name: str, held: Collection[str]) -> Question:
    """Return the question that lets another process compute a node.

    Parameters
    ----------
    held
        Names of nodes whose values that process has.
    """
    versions: dict[str, str] = {}
    values: dict[str, bytes] = {}
    waiting = [name]
    while waiting:
        for need in nodes.needs(waiting.pop()):
            if need in versions:
                continue
            version = versions[need] = nodes.version(need)
            if need in held:
                continue
            if stored(nodes, cache, need):
                values |= {version: cache.pending[version]} if version in cache.pending else {}
            else:  # that process computes it too
                waiting.append(need)
    return Question(name, nodes.key(name), versions, values)


def answer(nodes: Nodes, cache: PendingCache, asked: Question) -> Made:
    """Compute a node in a process that serves another."""
    before, sources, began = len(nodes.computed), set(READ), perf_counter()
    nodes.versions.update(asked.versions)
    nodes.keys[asked.name] = asked.key
    cache.pending.update(asked.values)
    nodes.version(asked.name)
    # More than one, if it takes a value that is not stored.
    computed = nodes.computed[before:]
    entries = {key: data for key, data in cache.pending.items() if key not in asked.values}
    cache.pending.clear()  # the values themselves are in memory
    unknown = nodes.watch.found
    return Made(
        {name: nodes.versions[name] for name in computed},
        entries,
        {name: unknown[name] for name in computed if name in unknown},
        {path: READ[path] for path in READ.keys() - sources},
        perf_counter() - began,
    )


def learn(nodes: Nodes, cache: PendingCache, made: Made) -> None:
    """Take over what another process has computed."""
    cache.pending.update(made.entries)
    nodes.watch.found.update(made.unknown)
    for name, version in made.versions.items():
        nodes.versions.setdefault(name, version)
        if name not in nodes.computed:
            nodes.computed.append(name)
    for path, digest in made.sources.items():
        if READ.setdefault(path, digest) != digest:
            READ[path] = CONTRADICTED
