r"""Parse TeX into nested groups of tokens, as far as is needed to rewrite a formula's commands."""

from __future__ import annotations

import re
from typing import Any

Group = list[Any]  # of tokens (``str``) and groups
_TOKEN = re.compile(r"\\(?:tag\*|operatorname\*|[A-Za-z]+)|\\.|\s+|.", re.DOTALL)


def group_of(tex: str) -> Group:
    r"""Parse a formula into nested groups.

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
    while len(levels) > 1:  # an unclosed brace remains as written
        inner = levels.pop()
        levels[-1] += ["{", *inner]
    return levels[0]


def spelled(group: Any) -> str:
    """Return a group as TeX, without outer braces."""
    if isinstance(group, str):
        return group
    return "".join("{" + spelled(part) + "}" if isinstance(part, list) else part for part in group)


def option(group: Group, at: int) -> int:
    """Return the position after an optional argument in brackets, or `at` if there is none."""
    start = _after_blanks(group, at)
    if start < len(group) and group[start] == "[" and "]" in group[start:]:
        return start + group[start:].index("]") + 1
    return at


def arguments(group: Group, at: int, count: int) -> tuple[list[Group], int]:
    """Return a command's arguments, each a group or one token, and the position after them."""
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
