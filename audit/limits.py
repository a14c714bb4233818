"""Limits on the bytes, depth and time that an untrusted file may take before it is refused.

The sizes that a file states are not trusted. The PDF library stops decompressing at a limit that
is set here; everything else that grows with a file is counted with `spend`.
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
"""Largest file as delivered, in bytes; the report has three megabytes."""
STREAM = 64 * MEGABYTE
"""Largest decompressed stream, in bytes; the largest in the report has one megabyte."""
ALL = 1024 * MEGABYTE
"""Most bytes read from one file in total; for the report, a hundred megabytes."""
SECONDS = 300.0
"""Longest time for one file, in seconds; the report takes three."""
CONTENTS = 4 * MEGABYTE
"""Largest content stream of a page, in bytes; the report's largest has half a megabyte."""
PAGES = 5000
ITEMS = 1_000_000
"""Most items in one array or dictionary."""
NESTING = 100
"""Deepest nesting of arrays and dictionaries."""
CODES = 2**16
"""Most character codes in one font: they have two bytes."""
MALFORMED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError)
"""Errors raised when an object in a PDF has the wrong type."""
UNFOLDS = "a stream, a list or a nesting in it is too large"
REMEDY = "no report of this project comes near it: ask for the file as it was published"


class BeyondLimits(VerificationFailed):
    """A file takes more bytes, depth or time than any report would (auditor)."""


@dataclass
class Allowance:
    """What remains for one file: bytes to read, and the time by which reading must end."""

    name: str
    left: int
    ends: float


_allowance: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


def spend(amount: int = 0) -> None:
    """Count bytes or steps against the limits of the current file, and check the time.

    Outside `allowance` nothing is counted, because our own reports are trusted.
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
    """Refuse a file with a message that states which limit it exceeds."""
    given = _allowance.get()
    raise BeyondLimits(
        f"this file exceeds the limits of what is read: {what}",
        place=given.name if given else "",
        remedy=REMEDY,
    )


@contextmanager
def allowance(name: str) -> Iterator[None]:
    """Set the limits of bytes and time for one file; nested calls share the outer limits.

    Parameters
    ----------
    name
        Name of the file in messages.
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
def open_pdf(data: bytes, name: str) -> Iterator[Any]:
    """Open an untrusted PDF as a `pikepdf.Pdf`, within limits and without repairing it.

    Parameters
    ----------
    data
        The file.
    name
        Name of the file in messages.

    Raises
    ------
    BeyondLimits
        If it is larger or more deeply nested, or takes longer, than any report.
    pikepdf.PdfError
        If it is damaged, since each reader repairs a damaged file in its own way.
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
            # If the library only warned about a limit, it left something out.
            if pikepdf.settings.qpdf_limit_errors() > exceeded:
                refuse(UNFOLDS)
        except pikepdf.PdfError as error:
            if pikepdf.settings.qpdf_limit_errors() > exceeded or "limit exceeded" in str(error):
                refuse(UNFOLDS)
            raise
        except RecursionError:
            refuse("it is nested too deeply")


def error_text(error: object) -> str:
    """Return the library's error message on one line, without its name for the file."""
    first = str(error).splitlines()[0] if str(error) else "no reason given"
    return re.sub(r"(?:stream )?<_io\.BytesIO object at \w+>[,:]? ?", "", first)


def read_file(path: Path) -> bytes:
    """Return the bytes of a file; raises `OSError` as usual.

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
    """Parse untrusted JSON.

    Raises
    ------
    ValueError
        If it is not JSON, repeats a key, or contains a number that JSON does not have, an infinite
        one, or an unpaired surrogate, which cannot be written back.
    BeyondLimits
        If it is larger or more deeply nested than any ledger or seal.
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
    raise ValueError(f"{name} is not a number in JSON")
