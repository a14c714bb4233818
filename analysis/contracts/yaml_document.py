"""YAML documents that record the line of every key.

PyYAML's composer is C and gives positions; a round-trip parser is twenty times slower
over ten contracts. Only plain scalars, lists and mappings are constructed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Path_ = tuple[str | int, ...]
AMBIGUOUS = {"yes", "no", "on", "off", "y", "n"}


@dataclass(frozen=True)
class Document:
    """One YAML file as plain values, with places.

    Attributes
    ----------
    file
        Its path, as given in messages.
    value
        Mappings, lists, strings, numbers, booleans and None.
    lines
        The line (from 1) of each value, by the keys and indices that lead to it.
    """

    file: str
    value: Any
    lines: dict[Path_, int]

    def place(self, path: Sequence[str | int]) -> str:
        """Return `file:line, key a.b.0`, or the nearest enclosing place that is known."""
        known = tuple(path)
        while known and known not in self.lines:
            known = known[:-1]
        key = ".".join(str(part) for part in path)
        return f"{self.file}:{self.lines.get(known, 1)}" + (f", key {key}" if key else "")


def read_document(path: Path) -> Document:
    """Read one YAML file.

    Raises
    ------
    ConfigurationError
        If the file is missing, not UTF-8, not YAML, has a duplicate key, an alias or a
        word such as `no` that YAML 1.1 turns into a truth value.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_aliases(text, name)
        node = yaml.compose(text, Loader=LOADER)
    except OSError as error:
        raise ConfigurationError(
            f"cannot be read ({error.strerror})", place=name, remedy="restore the file"
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(
            "is not UTF-8", place=name, remedy="save it as UTF-8 text"
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "no YAML"
        raise ConfigurationError(
            f"is not valid YAML: {problem}", place=f"{name}:{line}", remedy="correct the line"
        ) from None
    if node is None:
        raise ConfigurationError("is empty", place=name, remedy="restore the file")
    lines: dict[Path_, int] = {}
    return Document(name, _construct(node, (), lines, name), lines)


def _refuse_aliases(text: str, name: str) -> None:
    """Raise an error for aliases, a few lines of which can expand without limit."""
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ConfigurationError(
                f"contains the alias *{event.anchor}",
                place=f"{name}:{line}",
                remedy="write out what it stands for",
            )


def _construct(node: yaml.Node, path: Path_, lines: dict[Path_, int], file: str) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, file)
    if isinstance(node, yaml.SequenceNode):
        return [
            _construct(child, (*path, index), lines, file) for index, child in enumerate(node.value)
        ]
    return _scalar(node, f"{file}:{line}")


def _mapping(
    node: yaml.MappingNode, path: Path_, lines: dict[Path_, int], file: str
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, child in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in found:
            raise ConfigurationError(
                f"key '{key}' occurs twice", place=f"{file}:{line}", remedy="keep one of them"
            )
        lines[(*path, key)] = line
        found[key] = _construct(child, (*path, key), lines, file)
    return found


def _scalar(node: yaml.Node, place: str) -> Any:
    text = str(node.value)
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "bool" and text.lower() in AMBIGUOUS:
        raise ConfigurationError(
            f"'{text}' is a truth value in YAML 1.1 and a word in YAML 1.2",
            place=place,
            remedy="put it in quotation marks, or write true or false",
        )
    if kind == "bool":
        return text.lower() == "true"
    try:
        if kind == "int":
            whole = text.replace("_", "")
            return int(whole, 0) if whole.lstrip("+-").startswith("0x") else int(whole)
        if kind == "float":
            return float(text)
    except ValueError:
        # 12:30 is a base-60 number in YAML 1.1, and a string in YAML 1.2.
        return text
    return None if kind == "null" else text
