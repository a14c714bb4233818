"""Dataclasses as plain data, and plain data as indented JSON.

The standard library copies every value, and indents with a generator for each: a build would spend
a tenth of its time on the ledger after a changed word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import is_dataclass
from json.encoder import encode_basestring
from typing import Any


def plain(value: Any) -> Any:
    """Return dataclasses, mappings and sequences as new dicts and lists, as `asdict` does."""
    if value is None or isinstance(value, str | int | float):
        return value
    names = _fields(type(value))
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


_KNOWN: dict[type, tuple[str, ...] | None] = {}


def _fields(kind: Any) -> tuple[str, ...] | None:
    if kind not in _KNOWN:
        _KNOWN[kind] = tuple(kind.__dataclass_fields__) if is_dataclass(kind) else None
    return _KNOWN[kind]


def indented(value: Any) -> str:
    """Return plain data as JSON with sorted keys, one a line, indented by one space a level.

    Examples
    --------
    >>> indented({"b": [1, "é"], "a": {}}) == json.dumps(
    ...     {"b": [1, "é"], "a": {}}, indent=1, ensure_ascii=False, sort_keys=True)
    True
    """
    parts: list[str] = []
    _write(value, "\n", parts.append)
    return "".join(parts)


def _write(value: Any, line: str, say: Any) -> None:
    if isinstance(value, str):
        say(encode_basestring(value))
    elif isinstance(value, dict) and value:
        below, mark = f"{line} ", "{"
        for key in sorted(value):
            say(f"{mark}{below}{encode_basestring(key)}: ")
            _write(value[key], below, say)
            mark = ","
        say(f"{line}}}")
    elif isinstance(value, list) and value:
        below, mark = f"{line} ", "["
        for each in value:
            say(f"{mark}{below}")
            _write(each, below, say)
            mark = ","
        say(f"{line}]")
    else:
        say(json.dumps(value))
