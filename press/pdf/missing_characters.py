"""Find characters missing from all fonts, before Typst prints a box for them."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from press.cache import cached_call
from press.document.page import Page
from press.errors import ChapterError, Location, Mistakes
from press.guard.guard import pieces_of, stated_in

_ASCII = 0x7F
_JOINING = ("Cf", "Cc", "Mn", "Zs")  # categories of characters that are invisible on their own


def check_letters(pages: Sequence[Page], fonts: Sequence[Path], found: Mistakes) -> None:
    """Record the characters of each chapter that are missing from all fonts of the PDF.

    Parameters
    ----------
    pages
        The pages.
    fonts
        Folders of fonts in addition to Typst's own.
    found
        Collects one mistake per chapter and line.
    """
    letters = {
        page.path: cached_call(("letters", stated_in(page)), partial(_letters, page), clean=_always)
        for page in pages
    }
    every = "".join(sorted(set().union(*letters.values())))
    missing = cached_call(
        ("without a font", every, font_digests(fonts)),
        lambda: "".join(sorted(_missing(every, tuple(map(str, fonts))))),
        clean=_always,
    )
    for page in pages:
        places: dict[Location, list[str]] = {}
        for line in page.source:
            for sign in dict.fromkeys(line.text):
                if sign in missing and sign in letters[page.path]:
                    places.setdefault(line.location, []).append(sign)
        for place, signs in places.items():
            found.add(
                ChapterError(
                    f"no font has {_named(signs)}: print would show a box",
                    place,
                    "put a font that has it into the project, and its folder into `font-paths:`",
                )
            )


def _letters(page: Page) -> str:
    return "".join(
        sorted({sign for piece in pieces_of(page, "typst") for sign in piece.text if _shows(sign)})
    )


def _always() -> bool:
    return True


def font_digests(fonts: Sequence[Path]) -> list[str]:
    """Return digests of the font files, to identify these fonts."""
    files = (path for folder in fonts for path in sorted(folder.rglob("*")) if path.is_file())
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]


def _shows(sign: str) -> bool:
    return ord(sign) > _ASCII and unicodedata.category(sign) not in _JOINING


def _named(signs: Iterable[str]) -> str:
    first, *others = (f"{sign} ({unicodedata.name(sign, hex(ord(sign)))})" for sign in signs)
    return f"{first} and {len(others)} more letters of this line" if others else first


@lru_cache(maxsize=16)
def _missing(signs: str, fonts: tuple[str, ...]) -> frozenset[str]:
    """Return the characters missing from all fonts, which Typst rejects under PDF/A-2b."""
    import typst

    folders: list[Any] = [*fonts]
    if not signs:
        return frozenset()
    # Characters with a meaning in Typst's markup are ASCII, and therefore not among these.
    text = "\n".join(signs)
    try:
        typst.compile(
            bytes(text, "utf-8"),
            ignore_system_fonts=True,
            font_paths=folders,
            pdf_standards=["a-2b"],
        )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error.message):
            return frozenset()
    else:
        return frozenset()
    if len(signs) == 1:
        return frozenset(signs)
    half = len(signs) // 2
    return _missing(signs[:half], fonts) | _missing(signs[half:], fonts)
