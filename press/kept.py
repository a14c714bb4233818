"""What the press has worked out before, where its caller keeps it.

Only pure functions are recalled: their results follow from what they are given, from the press's
own code and from pandoc. Nothing is kept by the press alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Kept(Protocol):
    """Entries under keys, each given back as it was put there or not at all."""

    @property
    def code(self) -> str:
        """A digest of the press's code, as this process runs it."""

    def read(self, key: str) -> bytes | None:
        """Return what is kept under a key."""

    def write(self, key: str, data: bytes) -> None:
        """Keep something under a key."""


_STORES: list[Kept] = []


@contextmanager
def keeping(kept: Kept | None) -> Iterator[None]:
    """Recall from a store, and keep there, while a book is written."""
    if kept is None:
        yield
        return
    _STORES.append(kept)
    try:
        yield
    finally:
        _STORES.pop()


def digest_of(*given: Any) -> str:
    """Return a digest of what something is made from, to name it by."""
    return hashlib.sha256(repr(given).encode("utf-8", "surrogateescape")).hexdigest()


def recalled(given: Any, make: Callable[[], Any], *, clean: Callable[[], bool]) -> Any:
    """Return what a pure function makes of something, or made of it before.

    Parameters
    ----------
    given
        All that the result depends on besides the press's code, so that its `repr` is another one
        whenever it is.
    make
        Makes the result, which is kept if JSON gives it back as it is.
    clean
        Whether the result may be kept, asked once it is made.
    """
    if not _STORES:
        return make()
    store = _STORES[-1]
    key = hashlib.sha256(f"{store.code}\n{given!r}".encode("utf-8", "surrogateescape")).hexdigest()
    data = store.read(key)
    if data is not None:
        return json.loads(data)
    made = make()
    text = json.dumps(made) if clean() else ""
    if text and json.loads(text) == made:
        store.write(key, text.encode())
    return made
