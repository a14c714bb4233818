"""Reuse earlier results of the press from a store that its caller provides.

Only results of pure functions are reused: they depend on nothing but their arguments, the code of
the press and pandoc. Without a store, nothing is cached.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from press.errors import PressError

Made = TypeVar("Made")


class Cache(Protocol):
    """Key-value store that returns each entry exactly as it was written, or not at all."""

    @property
    def code(self) -> str:
        """A digest of the code of the press that this process runs."""

    def read(self, key: str) -> bytes | None:
        """Return the entry under a key; None if there is none."""

    def write(self, key: str, data: bytes) -> None:
        """Store an entry under a key."""


_STORES: list[Cache] = []


@contextmanager
def using_cache(cache: Cache | None) -> Iterator[None]:
    """Read results from a store, and write them to it, while a book is written."""
    if cache is None:
        yield
        return
    _STORES.append(cache)
    try:
        yield
    finally:
        _STORES.pop()


class _WriteOnly:
    """A store whose entries are only replaced."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    @property
    def code(self) -> str:
        return self._cache.code

    def read(self, key: str) -> None:  # noqa: ARG002 - there is nothing under any key
        return None

    def write(self, key: str, data: bytes) -> None:
        self._cache.write(key, data)


def with_cache(cache: Cache | None, make: Callable[[], Made]) -> Made:
    """Return what `make` returns, with results from a store if they have the right form.

    Someone who edits an entry can also update its digest, and an entry of another form can fail
    in any way. Everything is then computed again, and the entries are replaced.
    """
    try:
        with using_cache(cache):
            return make()
    except (PressError, OSError):
        raise
    except Exception:
        if cache is None:
            raise
    with using_cache(_WriteOnly(cache)):
        return make()


def digest_of(*given: Any) -> str:
    """Return a digest of the inputs of something, to use in its name."""
    return hashlib.sha256(repr(given).encode("utf-8", "surrogateescape")).hexdigest()


def stored_result(*given: Any) -> Any:
    """Return what `store_result` stored for the same input; None if nothing is known of it."""
    if not _STORES:
        return None
    data = _STORES[-1].read(_key(given))
    return None if data is None else json.loads(data)


def store_result(*given: Any, value: Any) -> None:
    """Store the result of a pure function, which must survive a round trip through JSON."""
    if _STORES:
        _STORES[-1].write(_key(given), json.dumps(value).encode())


def _key(given: Any) -> str:
    text = f"{_STORES[-1].code}\n{given!r}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def cached_bytes(given: Any, make: Callable[[], bytes], *, clean: Callable[[], bool]) -> bytes:
    """Return the bytes that a pure function makes; the arguments are as for `cached_call`."""
    if not _STORES:
        return make()
    store = _STORES[-1]
    key = _key(("bytes", given))
    data = store.read(key)
    if data is None:
        data = make()
        if clean():
            store.write(key, data)
    return data


def cached_call(given: Any, make: Callable[[], Any], *, clean: Callable[[], bool]) -> Any:
    """Return the result of a pure function, from the store if it was computed before.

    Parameters
    ----------
    given
        All that the result depends on besides the code of the press; its `repr` must differ
        whenever its value does.
    make
        Computes the result, which is stored if it survives a round trip through JSON.
    clean
        Returns whether the result may be stored; called after `make`.
    """
    if not _STORES:
        return make()
    store = _STORES[-1]
    key = _key(given)
    data = store.read(key)
    if data is not None:
        return json.loads(data)
    made = make()
    text = json.dumps(made) if clean() else ""
    if text and json.loads(text) == made:
        store.write(key, text.encode())
    return made
