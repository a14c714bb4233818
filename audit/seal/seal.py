"""The seal: digests of all parts of a finished PDF, attached to that PDF.

Without a signature a seal shows damage but not forgery, because whoever can edit the PDF can
seal it again. A signature over the seal, or its digest published elsewhere, closes that gap.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from analysis.errors import VerificationFailed
from audit.coverage.literals import numbers
from audit.limits import PAGES, read_json, refuse
from audit.pdf.attachments import Attachment, attached, entries
from audit.pdf.exhibit_locations import figure_references
from audit.pdf.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audit.pdf.text_layer import TextLayer

FORMAT = 3
"""Version of the seal's format; a reader refuses one it does not know."""
NAME = "seal.json"
SIGNATURE = "seal.json.sig"
OWN_FILES = {
    NAME: Attachment(
        NAME,
        b"",
        "application/json",
        "The seal of this report: digests of its pages, figures and attachments",
    ),
    SIGNATURE: Attachment(
        SIGNATURE,
        b"",
        "application/octet-stream",
        "The signature over the seal, as ssh-keygen makes it",
        "Supplement",
    ),
}
"""What a seal cannot cover: itself and its signature. Only their data vary."""
NOT_SEALED = tuple(OWN_FILES)


@dataclass(frozen=True)
class SealedPage:
    """The digests and numbers of one page.

    Attributes
    ----------
    text
        SHA-256 of its text in the text layer.
    drawing
        SHA-256 of everything drawn on it, including fonts and images.
    links
        SHA-256 of its links and annotations.
    numbers
        Every number in its text, in reading order.
    """

    text: str
    drawing: str
    links: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class SealedFigure:
    """One figure: its page, and the SHA-256 of its drawing and of its alternative text."""

    reference: str
    page: int
    drawing: str
    alt: str


@dataclass(frozen=True)
class SealedFile:
    """One attachment: its name, and the SHA-256 of its bytes and of its complete entry."""

    name: str
    sha256: str
    about: str


@dataclass(frozen=True)
class Chapter:
    """A chapter: its file, its title as printed, and the exhibits it shows, in order."""

    file: str
    title: str
    shows: tuple[str, ...]


@dataclass(frozen=True)
class Seal:
    """All parts of a PDF with their digests, and the exhibits that each chapter shows.

    `whole` is the digest of every object in the file except the seal and its signature, so that
    no object is left out.
    """

    title: str
    commit: str
    pages: tuple[SealedPage, ...]
    figures: tuple[SealedFigure, ...]
    files: tuple[SealedFile, ...]
    metadata: Mapping[str, str]
    tags: str
    bookmarks: str
    catalogue: str
    whole: str
    chapters: tuple[Chapter, ...]
    format: int = FORMAT

    @property
    def digest(self) -> str:
        """SHA-256 of the seal's contents: the one line to publish elsewhere."""
        return hashlib.sha256(self._plain().encode()).hexdigest()

    def _plain(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    def to_bytes(self) -> bytes:
        """Return the seal as attached: JSON in a stable order, with its own digest."""
        whole = {**asdict(self), "digest": self.digest}
        return (json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def make_seal(
    pdf: Any, layer: TextLayer, *, title: str, commit: str, chapters: Sequence[Chapter]
) -> Seal:
    """Return the seal of an open PDF in its present state.

    Parameters
    ----------
    pdf
        A `pikepdf.Pdf`; a seal and a signature in it are ignored.
    layer
        Its text.
    title, commit
        Of the report, for a reader who has only the PDF.
    chapters
        Chapters in the order of the book.
    """
    parts = Parts(pdf)
    drawn = parts.figures(layer.placed)
    named = figure_references(layer, [element.number for element in drawn])
    figures = [
        SealedFigure(named.get(element.number, ""), page, drawing, _sha(element.alt))
        for element, (page, drawing) in drawn.items()
    ]
    on_page = page_numbers(layer)
    inside = attached(pdf)
    return Seal(
        title=title,
        commit=commit,
        pages=tuple(
            SealedPage(
                _sha(layer.page_text(page)), parts.drawing(page), parts.links(page), on_page[page]
            )
            for page in range(1, len(layer.pages) + 1)
        ),
        figures=tuple(figures),
        files=tuple(
            SealedFile(name, inside[name].sha256 if name in inside else "", parts.digest([entry]))
            for name, entry in entries(pdf).items()
            if name not in NOT_SEALED
        ),
        metadata=parts.metadata(),
        tags=parts.tags(),
        bookmarks=parts.bookmarks(),
        catalogue=parts.catalogue(NOT_SEALED),
        whole=parts.whole(NOT_SEALED),
        chapters=tuple(chapters),
    )


def read_seal(data: bytes) -> tuple[Seal, bool]:
    """Return the seal in an attachment, and whether it is unaltered, its own digest included.

    Raises
    ------
    VerificationFailed
        If it is not a seal, or has another version of the format.
    """
    try:
        given = read_json(data)
        version = given["format"]
        if type(version) is not int:  # Any text would be quoted in the message.
            raise TypeError
    except (ValueError, TypeError, KeyError):
        raise VerificationFailed("the seal in this PDF cannot be read", place=NAME) from None
    if version != FORMAT:
        raise VerificationFailed(
            f"the seal has format {version}, and this version reads format {FORMAT}",
            place=NAME,
            remedy="verify with the version of the project that the report names as its commit",
        )
    _refuse_excess(given)
    stated = given.pop("digest", None)
    try:
        seal = Seal(
            **{
                **given,
                "pages": tuple(
                    SealedPage(**{**each, "numbers": tuple(each["numbers"])})
                    for each in given["pages"]
                ),
                "figures": tuple(SealedFigure(**each) for each in given["figures"]),
                "files": tuple(SealedFile(**each) for each in given["files"]),
                "chapters": tuple(
                    Chapter(**{**each, "shows": tuple(each["shows"])}) for each in given["chapters"]
                ),
            }
        )
    except (TypeError, KeyError, AttributeError):
        raise VerificationFailed(
            f"the seal lacks what format {FORMAT} has: {', '.join(f.name for f in fields(Seal))}",
            place=NAME,
        ) from None
    return seal, stated == seal.digest and data == seal.to_bytes()


def _refuse_excess(given: Mapping[str, Any]) -> None:
    """Refuse a seal that lists more than any report has, because comparing each takes time."""
    pages = given.get("pages", [])
    lists = [given.get(key, []) for key in ("figures", "files", "chapters")]
    numbers_of = [each.get("numbers", []) for each in pages if isinstance(each, dict)]
    sized = [len(each) for each in (*lists, *numbers_of) if isinstance(each, list | str)]
    if len(pages) > PAGES or max(sized, default=0) > PAGES:
        refuse(f"the seal lists more than {PAGES:,} of a kind")


def page_numbers(layer: TextLayer) -> dict[int, tuple[str, ...]]:
    """Return the numbers on each page, in reading order, with running heads last."""
    found: dict[int, list[str]] = {page: [] for page in range(1, len(layer.pages) + 1)}
    for block in layer.blocks:
        for number in numbers(block.text):
            found[block.run_at(number.start).page].append(number.text)
    return {page: tuple(each) for page, each in found.items()}


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
