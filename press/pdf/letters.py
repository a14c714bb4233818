"""Letters that no font has, found before Typst prints a box for them."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from press.document.page import Page
from press.errors import ChapterError, Place
from press.guard.guard import said, stated_in
from press.kept import recalled
from press.mistakes import Mistakes

_ASCII = 0x7F
_JOINING = ("Cf", "Cc", "Mn", "Zs")  # signs that show nothing by themselves


def check_letters(pages: Sequence[Page], fonts: Sequence[Path], found: Mistakes) -> None:
    """Note the letters of each chapter that no font of the PDF has.

    Parameters
    ----------
    pages
        The pages.
    fonts
        Folders of fonts besides Typst's own.
    found
        Takes a mistake for each chapter and line.
    """
    letters = {
        page.path: recalled(("letters", stated_in(page)), partial(_letters, page), clean=_always)
        for page in pages
    }
    every = "".join(sorted(set().union(*letters.values())))
    missing = recalled(
        ("without a font", every, _facts(fonts)),
        lambda: "".join(sorted(_missing(every, tuple(map(str, fonts))))),
        clean=_always,
    )
    for page in pages:
        places: dict[Place, list[str]] = {}
        for line in page.source:
            for sign in dict.fromkeys(line.text):
                if sign in missing and sign in letters[page.path]:
                    places.setdefault(line.place, []).append(sign)
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
        sorted({sign for piece in said(page, "typst") for sign in piece.text if _shows(sign)})
    )


def _always() -> bool:
    return True


def _facts(fonts: Sequence[Path]) -> list[str]:
    """Return what tells these fonts from others: their files' contents."""
    files = (path for folder in fonts for path in sorted(folder.rglob("*")) if path.is_file())
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]


def _shows(sign: str) -> bool:
    return ord(sign) > _ASCII and unicodedata.category(sign) not in _JOINING


def _named(signs: Iterable[str]) -> str:
    first, *others = (f"{sign} ({unicodedata.name(sign, hex(ord(sign)))})" for sign in signs)
    return f"{first} and {len(others)} more letters of this line" if others else first


@lru_cache(maxsize=16)
def _missing(signs: str, fonts: tuple[str, ...]) -> frozenset[str]:
    """Return the signs that no font has: a standard for archives refuses their boxes."""
    import typst

    folders: list[Any] = [*fonts]
    if not signs:
        return frozenset()
    # Signs that have a meaning in Typst's markup are ASCII, and not among these.
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
