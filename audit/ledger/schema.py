"""Derive JSON Schemas from dataclasses, check plain data against them, and make the objects.

A field's type gives the permitted values; `Annotated` adds constraints in the terms of JSON
Schema; the class's docstring describes each field. This is our own code, not a library, because
a ledger from elsewhere is refused with the location of the first fault, and because `report
trace` must answer at once.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import lru_cache, partial
from inspect import cleandoc
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

if TYPE_CHECKING:
    pass

Schema = dict[str, Any]
_SCALARS: Mapping[Any, str] = {
    str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"
}  # fmt: skip
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}
_ATTRIBUTE = re.compile(r"^(\w+)\n((?: {4}.+\n?)+)", re.MULTILINE)


@dataclass(frozen=True)
class Constraint:
    """A constraint of a schema besides the type: the keyword and its argument."""

    keyword: str
    argument: str | int


def pattern(form: str) -> Constraint:
    """Return the constraint that an entire string matches a regular expression."""
    return Constraint("pattern", f"^{form}$")


SHA256 = pattern("[0-9a-f]{64}")
COUNT = Constraint("minimum", 0)
FROM_ONE = Constraint("minimum", 1)


@lru_cache(maxsize=64)
def schema_of(kind: Any) -> Schema:
    """Return the JSON Schema of a type.

    Parameters
    ----------
    kind
        A dataclass, a scalar, or a tuple, mapping, union or literal of these.
    """
    origin, parts = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _of_class(kind)
    if origin is Annotated:
        return schema_of(parts[0]) | {parts[1].keyword: parts[1].argument}
    if origin is Literal:
        return {"const": parts[0]} if len(parts) == 1 else {"enum": list(parts)}
    if origin in (Union, types.UnionType):
        return _of_union([schema_of(part) for part in parts])
    if origin is tuple:
        length = {} if parts[-1] is ... else {"minItems": len(parts), "maxItems": len(parts)}
        return {"type": "array", "items": schema_of(parts[0]), **length}
    if origin is Mapping:
        below = schema_of(parts[1])
        if get_origin(parts[0]) is not Literal:
            return {"type": "object", "additionalProperties": below}
        names = get_args(parts[0])
        return _object(dict.fromkeys(names, below), sorted(names))
    return {"type": _SCALARS[kind]}


def _of_union(forms: list[Schema]) -> Schema:
    if all("properties" in form for form in forms):
        return {"oneOf": forms}
    whole: Schema = {}
    for form in forms:
        whole |= form
    return whole | {"type": [form["type"] for form in forms]}


def _of_class(kind: Any) -> Schema:
    meant = _meanings(kind)
    types_of = _types(kind)
    properties = {}
    for name, stated in types_of.items():
        said = {"description": meant[name]} if name in meant else {}
        properties[name] = schema_of(stated) | said
    return _object(properties, sorted(name for name in types_of if _required(kind, name)))


def _object(properties: Schema, required: list[str]) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


@lru_cache(maxsize=64)
def _types(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {each.name: hints[each.name] for each in fields(kind)}


def _required(kind: Any, name: str) -> bool:
    """Return whether a field is required: it has no default, or only one permitted value."""
    field = next(each for each in fields(kind) if each.name == name)
    given = field.default is not MISSING or field.default_factory is not MISSING
    return not given or "const" in schema_of(_types(kind)[name])


def _meanings(kind: Any) -> dict[str, str]:
    """Return the description of each field from the docstrings of a class and its bases."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        _, _, listed = cleandoc(each.__doc__ or "").partition("Attributes\n----------\n")
        found |= {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(listed)}
    return found


def first_violation(value: Any, form: Mapping[str, Any]) -> str:
    """Return the first path at which data breaks a schema; empty if there is none.

    Quick enough to run on every read; a test compares it with a full validator.
    """
    found = _gap(value, form)
    return "" if found is None else found.lstrip(".") or "the whole"


def _gap(value: Any, form: Mapping[str, Any]) -> str | None:
    """Return the path to the first fault, such as `.records[3].kind`; None if there is none."""
    if "oneOf" in form:
        form = _variant(value, form["oneOf"])
    if not _fits(value, form):
        return ""
    if isinstance(value, dict):
        below, rest = form.get("properties", {}), form.get("additionalProperties")
        for key in form.get("required", ()):
            if key not in value:
                return f".{key}"
        if rest is False and value.keys() - below.keys():
            return f".{min(value.keys() - below.keys())}"
        for key, each in value.items():
            found = _gap(each, below.get(key, rest))
            if found is not None:
                return f".{key}{found}"
    elif isinstance(value, list):
        for number, each in enumerate(value):
            found = _gap(each, form["items"])
            if found is not None:
                return f"[{number}]{found}"
    return None


def _variant(value: Any, forms: list[Schema]) -> Schema:
    """Return the schema for the kind that data states; the first one, which it breaks, if none."""
    kind = value.get("kind") if isinstance(value, dict) else None
    return next((form for form in forms if form["properties"]["kind"]["const"] == kind), forms[0])


def _fits(value: Any, form: Mapping[str, Any]) -> bool:
    """Return whether one value has the type, and is within the bounds, of its schema."""
    if "type" in form and not _is(value, form["type"]):
        return False
    if isinstance(value, str):
        if "pattern" in form and _pattern(form["pattern"]).search(value) is None:
            return False
    elif isinstance(value, list):
        if not form.get("minItems", 0) <= len(value) <= form.get("maxItems", len(value)):
            return False
    elif isinstance(value, int | float) and value < form.get("minimum", value):
        return False
    if "const" in form:
        return bool(value == form["const"]) and not isinstance(value, bool)
    return "enum" not in form or value in form["enum"]


@lru_cache(maxsize=64)
def _pattern(stated: str) -> re.Pattern[str]:
    # In JSON Schema `$` means the end; in Python it also matches before a final newline.
    return re.compile(re.sub(r"\$(?=\)?$)", r"\\Z", stated))


def _is(value: Any, kind: str | list[str]) -> bool:
    if isinstance(kind, list):
        return any(_is(value, each) for each in kind)
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _KINDS[kind])


@lru_cache(maxsize=128)
def constructor_of(kind: Any) -> Callable[[Any], Any]:
    """Return a function that makes an object of a type from plain data that fits its schema."""
    origin, parts = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        makers = {name: constructor_of(stated) for name, stated in _types(kind).items()}
        return lambda value: kind(**{name: makers[name](each) for name, each in value.items()})
    if origin is Annotated:
        return constructor_of(parts[0])
    if origin in (Union, types.UnionType):
        classes = {str(getattr(part, "kind", "")): constructor_of(part) for part in parts}
        if len(classes) > 1:
            return lambda value: classes[value["kind"]](value)
        made = next((constructor_of(part) for part in parts if part not in _SCALARS), _same)
        return lambda value: None if value is None else made(value)
    if origin is tuple:
        return partial(_tuple, constructor_of(parts[0]))
    if origin is Mapping:
        below = constructor_of(parts[1])
        return lambda value: {key: below(each) for key, each in value.items()}
    return _same


def _tuple(made: Callable[[Any], Any], value: list[Any]) -> tuple[Any, ...]:
    return tuple(map(made, value))


def _same(value: Any) -> Any:
    return value
