"""Reuse the PDF of a Typst document of which nothing has changed, whatever it rests on.

It rests on its text, the files in its folder, the fonts, the standards and its date, besides Typst
itself, which the store's digest of the code covers. A document that may read anything else, such as
a package of Typst or the clock, is compiled in every build.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from press.cache import cached_bytes
from press.pdf.missing_characters import font_digests

_BEYOND = re.compile(rb"[\"']@[\w-]+/|datetime\s*\.\s*today|sys\s*\.\s*inputs")


def cached_pdf(
    text: str,
    folder: Path,
    standards: Sequence[str],
    timestamp: int | None,
    fonts: Sequence[Path],
    make: Callable[[], bytes],
    *,
    clean: Callable[[], bool],
) -> bytes:
    """Return the PDF of a Typst document, compiled only if it rests on something else than before.

    Parameters
    ----------
    text, standards, timestamp, fonts
        As in `press.pdf.book.compile_pdf`.
    folder
        The folder with the files that it shows.
    make
        Compiles it.
    clean
        Returns whether the result may be stored; called after `make`.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sources = [text.encode(), *(path.read_bytes() for path in files if path.suffix == ".typ")]
    if timestamp is None or any(map(_BEYOND.search, sources)):
        return make()
    shown = [
        (path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in files
    ]
    given = ("pdf", text, shown, font_digests(fonts), list(standards), timestamp)
    return cached_bytes(given, make, clean=clean)
