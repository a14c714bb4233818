r"""TeX as nested groups of tokens, as far as rewriting the commands of a formula needs it."""

from __future__ import annotations

import re
from typing import Any

Group = list[Any]  # of tokens (``str``) and groups
_TOKEN = re.compile(r"\\(?:tag\*|operatorname\*|[A-Za-z]+)|\\.|\s+|.", re.DOTALL)


def group_of(tex: str) -> Group:
    r"""Return a formula as nested groups.

    Examples
    --------
    >>> group_of(r"\frac{a}2")
    ['\\frac', ['a'], '2']
    """
    levels: list[Group] = [[]]
    for sign in _TOKEN.findall(tex):
        if sign == "{":
            levels.append([])
        elif sign == "}" and len(levels) > 1:
            inner = levels.pop()
            levels[-1].append(inner)
        else:
            levels[-1].append(sign)
    while len(levels) > 1:  # a brace that nothing closes stays as it is written
        inner = levels.pop()
        levels[-1] += ["{", *inner]
    return levels[0]


def spelled(group: Any) -> str:
    """Return a group as TeX, without braces of its own."""
    if isinstance(group, str):
        return group
    return "".join("{" + spelled(part) + "}" if isinstance(part, list) else part for part in group)


def option(group: Group, at: int) -> int:
    """Return the place after an optional argument in brackets, if one stands here."""
    start = _after_blanks(group, at)
    if start < len(group) and group[start] == "[" and "]" in group[start:]:
        return start + group[start:].index("]") + 1
    return at


def arguments(group: Group, at: int, count: int) -> tuple[list[Group], int]:
    """Return a command's arguments, each a group or a single sign, and the place after them."""
    out: list[Group] = []
    while len(out) < count:
        start = _after_blanks(group, at)
        if start >= len(group):
            break
        part = group[start]
        out.append(part if isinstance(part, list) else [part])
        at = start + 1
    return out, at


def _after_blanks(group: Group, at: int) -> int:
    while at < len(group) and isinstance(group[at], str) and not group[at].strip():
        at += 1
    return at
