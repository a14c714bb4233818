"""Whether plain data has the form of a ledger, as its published schema states it."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("ledger.schema.json")


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """Return the published schema of the ledger."""
    return dict(json.loads(SCHEMA.read_text(encoding="utf-8")))


def first_gap(whole: Any) -> str:
    """Return the first place at which a ledger lacks a key, or has another kind of value.

    Keys alone, and what holds them: quick enough for every reading. Empty if there is none.
    """
    return _gap(whole, schema(), "")


def _gap(value: Any, form: dict[str, Any], path: str) -> str:
    kind = form.get("type")
    if kind == "object":
        if not isinstance(value, dict):
            return path or "the whole"
        for key in form.get("required", ()):
            if key not in value:
                return f"{path}.{key}".lstrip(".")
        below = form.get("properties", {})
        rest = form.get("additionalProperties")
        pairs = ((each, below.get(key, rest), f"{path}.{key}") for key, each in value.items())
    elif kind == "array":
        if not isinstance(value, list):
            return path
        items = form.get("items")
        pairs = ((each, items, f"{path}[{number}]") for number, each in enumerate(value))
    else:
        return "" if kind != "string" or isinstance(value, str) else path.lstrip(".")
    for each, under, where in pairs:
        if isinstance(under, dict) and (found := _gap(each, under, where)):
            return found.lstrip(".")
    return ""
