"""Read YAML 1.2, as Quarto does, with the line of every key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from press.errors import Location, PressError, ProjectError

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Settings:
    """A mapping read from YAML, with the line of each of its keys.

    Parameters
    ----------
    values
        Plain Python values: dict, list, str, int, float, bool, None.
    locations
        The location of each key, by its path: ``("book", "chapters", 0)``.
    """

    values: dict[str, Any] = field(default_factory=dict)
    locations: Mapping[Path, Location] = field(default_factory=dict)

    def get(self, *path: str | int, default: Any = None) -> Any:
        """Return the value at `path`, or `default`."""
        value: Any = self.values
        for key in path:
            if isinstance(value, list):
                value = dict(enumerate(value))
            if not isinstance(value, dict) or key not in value:
                return default
            value = value[key]
        return value

    def location(self, *path: str | int) -> Location | None:
        """Return the location of `path`, or of its nearest ancestor."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.locations:
                return self.locations[path[:end]]
        return None


def parse_settings(
    text: str, file: str, first: int = 1, error: type[PressError] = ProjectError
) -> Settings:
    """Parse a YAML mapping.

    Parameters
    ----------
    text
        The YAML.
    file
        Name of the file in messages.
    first
        Line number of the text's first line in that file.
    error
        The class of error to raise for invalid YAML.
    """
    try:
        root, values = _read(text)
    except MarkedYAMLError as bad:
        mark = bad.problem_mark or bad.context_mark
        line = first + (mark.line if mark else 0)
        raise error(
            f"this YAML cannot be read: {bad.problem or bad.context}",
            Location(file, line),
            "check indentation, colons and quotes",
        ) from None
    except ValueError as bad:
        raise error(f"this YAML cannot be read: {bad}", Location(file, first)) from None
    if root is None or values is None:
        return Settings(locations={(): Location(file, first)})
    if not isinstance(values, dict):
        raise error(
            "this YAML is not a mapping",
            Location(file, first),
            "write `key: value`, one on each line",
        )
    places: dict[Path, Location] = {(): Location(file, first)}
    _collect(root, (), places, file, first)
    return Settings(_plain(values), places)


@lru_cache(maxsize=1024)
def _read(text: str) -> tuple[Node | None, Any]:
    """Read YAML once: a preview asks for the same cells' options after every edit.

    What is returned is shared, and not to be changed.
    """
    reader = YAML(typ="safe", pure=True)
    root = reader.compose(StringIO(text))
    return root, None if root is None else reader.constructor.construct_document(root)


def _collect(node: Node, at: Path, places: dict[Path, Location], file: str, first: int) -> None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            here = (*at, str(key.value))
            places[here] = Location(file, first + key.start_mark.line)
            _collect(value, here, places, file, first)
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            places[(*at, number)] = Location(file, first + value.start_mark.line)
            _collect(value, (*at, number), places, file, first)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def merged(below: Settings, above: Settings) -> Settings:
    """Merge `above` into `below` as Quarto does.

    Mappings are merged key by key; lists are concatenated without duplicates, a single value
    counting as a list of one; anything else is replaced.
    """
    places = dict(below.locations)
    values = _merge(below.values, above.values, (), places, above.locations)
    return Settings(values, places)


def _merge(
    below: Any, above: Any, at: Path, places: dict[Path, Location], extra: Mapping[Path, Location]
) -> Any:
    if at in extra and not isinstance(below, list):
        places[at] = extra[at]
    if isinstance(below, dict) and isinstance(above, dict):
        out = dict(below)
        for key, value in above.items():
            out[key] = _merge(below.get(key), value, (*at, key), places, extra)
        return out
    if (isinstance(below, list) or isinstance(above, list)) and below and above:
        return _together(below, above, at, places, extra)
    places.update({path: place for path, place in extra.items() if path[: len(at)] == at})
    return above


def _together(
    below: Any, above: Any, at: Path, places: dict[Path, Location], extra: Mapping[Path, Location]
) -> list[Any]:
    if not isinstance(below, list):
        below = [below]
        places[(*at, 0)] = places[at]
    out = list(below)
    for number, item in enumerate(above if isinstance(above, list) else [above]):
        if item in out:
            continue
        old = (*at, number) if isinstance(above, list) else at
        for path, place in extra.items():
            if path[: len(old)] == old:
                places[(*at, len(out), *path[len(old) :])] = place
        out.append(item)
    return out
