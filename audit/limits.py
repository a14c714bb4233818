"""Bounds on what a file from elsewhere may take: bytes, depth, time. Beyond them it is refused.

What a file says of its own size is not believed. The library stops inflating at a limit of its
own, which is set here; whatever else grows with a file is counted with `spend`.
"""

from __future__ import annotations

import io
import json
import math
import re
import time
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from analysis.errors import VerificationFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEGABYTE = 2**20
FILE = 256 * MEGABYTE
"""Bytes of a file as it is delivered; the report has three megabytes."""
STREAM = 64 * MEGABYTE
"""Bytes of one stream once it is inflated; the largest of the report has one megabyte."""
ALL = 1024 * MEGABYTE
"""Bytes of everything that is read of one file; of the report, a hundred megabytes."""
SECONDS = 300.0
"""Time for one file; the report takes three seconds."""
CONTENTS = 4 * MEGABYTE
"""Bytes that draw one page; the fullest of the report has half of one."""
PAGES = 5000
ITEMS = 1_000_000
"""Items of one array or dictionary."""
NESTING = 100
"""Arrays and dictionaries in one another."""
CODES = 2**16
"""Codes of one font: they have two bytes."""
MALFORMED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError)
"""What reading ends in where a PDF has one kind of thing in the place of another."""
UNFOLDS = "a stream, a list or a nesting in it is too large"
REMEDY = "no report of ours comes near it: ask for the file as it was published"


class BeyondLimits(VerificationFailed):
    """A file takes more than any report would (auditor)."""


@dataclass
class Allowance:
    """What is left for one file: bytes to read, and the time when it must be done."""

    name: str
    left: int
    ends: float


_allowance: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


def spend(amount: int = 0) -> None:
    """Count bytes or steps against what one file may take, and look at the clock.

    Outside `allowance` nothing is counted: a report of one's own is no file from elsewhere.
    """
    given = _allowance.get()
    if given is None:
        return
    given.left -= amount
    if given.left < 0:
        refuse(f"it unfolds to more than {ALL // MEGABYTE} megabytes")
    if time.monotonic() > given.ends:
        refuse(f"it takes more than {SECONDS:.0f} seconds")


def refuse(what: str) -> NoReturn:
    """Refuse a file, saying which limit it breaks."""
    given = _allowance.get()
    raise BeyondLimits(
        f"this file is beyond the limits of what is read: {what}",
        place=given.name if given else "",
        remedy=REMEDY,
    )


@contextmanager
def allowance(name: str) -> Iterator[None]:
    """Give one file its share of bytes and time; within another's share, that one goes on.

    Parameters
    ----------
    name
        By which a message names it.
    """
    if _allowance.get() is not None:
        yield
        return
    token = _allowance.set(Allowance(name, ALL, time.monotonic() + SECONDS))
    try:
        yield
    finally:
        _allowance.reset(token)


@contextmanager
def opened(data: bytes, name: str) -> Iterator[Any]:
    """Open a PDF from elsewhere as a `pikepdf.Pdf`: within limits, and nothing guessed.

    Parameters
    ----------
    data
        The file.
    name
        By which a message names it.

    Raises
    ------
    BeyondLimits
        If it is larger or deeper, or takes longer, than any report.
    pikepdf.PdfError
        If it is damaged: what readers make of a damaged file they make each in its own way.
    """
    import pikepdf

    before = pikepdf.settings.set_qpdf_limits(
        flate_max_memory=STREAM,
        png_max_memory=STREAM,
        tiff_max_memory=STREAM,
        run_length_max_memory=STREAM,
        dct_max_memory=STREAM,
        max_stream_filters=4,
        parser_max_nesting=NESTING,
        parser_max_container_size=ITEMS,
        doc_max_warnings=100,
    )
    exceeded = pikepdf.settings.qpdf_limit_errors()
    with ExitStack() as within:
        within.enter_context(allowance(name))
        within.callback(pikepdf.settings.set_qpdf_limits, **before)
        try:
            with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
                yield pdf
            # Where the library only warns, something was left out.
            if pikepdf.settings.qpdf_limit_errors() > exceeded:
                refuse(UNFOLDS)
        except pikepdf.PdfError as error:
            if pikepdf.settings.qpdf_limit_errors() > exceeded or "limit exceeded" in str(error):
                refuse(UNFOLDS)
            raise
        except RecursionError:
            refuse("it is nested too deeply")


def said(error: object) -> str:
    """Return what the library says of a PDF, in one line, without what it calls the file."""
    first = str(error).splitlines()[0] if str(error) else "no reason given"
    return re.sub(r"(?:stream )?<_io\.BytesIO object at \w+>[,:]? ?", "", first)


def read_file(path: Path) -> bytes:
    """Return the bytes of a file; `OSError` as ever.

    Raises
    ------
    BeyondLimits
        If it is larger than any report.
    """
    with path.open("rb") as file:
        data = file.read(FILE + 1)
    if len(data) > FILE:
        refuse(f"it has more than {FILE // MEGABYTE} megabytes")
    return data


def read_json(data: bytes) -> Any:
    """Return JSON from elsewhere.

    Raises
    ------
    ValueError
        If it is none, gives a key twice, or holds a number that JSON doesn't have, one beyond all
        bounds, or half of a character, which can't be written again.
    BeyondLimits
        If it is larger or deeper than any ledger or seal.
    """
    if len(data) > STREAM:
        refuse(f"its JSON has more than {STREAM // MEGABYTE} megabytes")
    try:
        found = json.loads(
            data, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_finite
        )
    except RecursionError:
        refuse("its JSON is nested too deeply")
    if b"\\ud" in data.lower():
        json.dumps(found, ensure_ascii=False).encode()
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole = dict(pairs)
    if len(whole) != len(pairs):
        raise ValueError("a key is given twice")
    return whole


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond all bounds")
    return number


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")
