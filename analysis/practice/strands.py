"""What a strand of evidence shows about a statement, and whether two strands agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

BORNE_OUT, IN_PART, NOT_BORNE_OUT, SILENT = "borne out", "in part", "not borne out", ""
"""What a strand shows about a statement; the last where it has no evidence on it."""


def read_checks(checks: Collection[bool]) -> str:
    """Return what records show about a statement, by which of its checks hold.

    Examples
    --------
    >>> read_checks((True, True)), read_checks((True, False)), read_checks((False,))
    ('borne out', 'in part', 'not borne out')
    """
    if not checks:
        return SILENT
    if all(checks):
        return BORNE_OUT
    return IN_PART if any(checks) else NOT_BORNE_OUT


def read_items(supports: int, mixed: int, contradicts: int) -> str:
    """Return what coded evidence shows about a statement, by the direction of its items.

    Examples
    --------
    >>> read_items(6, 3, 2), read_items(5, 3, 2), read_items(1, 1, 3)
    ('borne out', 'in part', 'not borne out')
    """
    items = supports + mixed + contradicts
    if not items:
        return SILENT
    if 2 * supports > items:
        return BORNE_OUT
    return NOT_BORNE_OUT if 2 * contradicts > items else IN_PART


def agreement_of(first: str, second: str) -> str:
    """Return whether two strands agree, by what each shows.

    Examples
    --------
    >>> agreement_of(BORNE_OUT, BORNE_OUT), agreement_of(NOT_BORNE_OUT, BORNE_OUT)
    ('agree', 'differ')
    >>> agreement_of(IN_PART, BORNE_OUT), agreement_of(SILENT, IN_PART)
    ('partly', 'one strand only')
    """
    if first == second:
        return "agree" if first else "neither strand"
    if SILENT in (first, second):
        return "one strand only"
    return "partly" if IN_PART in (first, second) else "differ"
