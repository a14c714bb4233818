"""Reuse what was read from a page of a book while neither its text nor the code has changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from analysis.cache import digest_of

Recall = Callable[[str, Callable[[], str]], str]
"""Takes a key and a function; returns the cached text for the key, or makes it now."""
_CACHES: list[Recall] = []


@contextmanager
def using_cache(recall: Recall | None) -> Iterator[None]:
    """Use a cache, which must itself check the code, for everything that is read from pages."""
    if recall is None:
        yield
        return
    _CACHES.append(recall)
    try:
        yield
    finally:
        _CACHES.pop()


def reuses() -> bool:
    """Return whether there is a cache."""
    return bool(_CACHES)


def cached_read(what: str, text: str, read: Callable[[], Any]) -> Any:
    """Return what is read from a text, from the cache if there is one and it is known.

    Parameters
    ----------
    what
        Name of what is read.
    text
        The text, on which alone the result depends.
    read
        Reads it; tuples become lists, as JSON has no tuples.
    """
    if not _CACHES:
        return read()
    found = _CACHES[-1](digest_of("read", what, text), lambda: json.dumps(read()))
    return json.loads(found)
