"""Verify a delivered PDF: whether it is unaltered since sealing and agrees with its own ledger."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import VerificationFailed
from analysis.importing import study_folder
from audit.coverage.agreement import figure_disagreements
from audit.coverage.coverage import Coverage, coverage
from audit.coverage.literals import FILE as LITERALS
from audit.coverage.trusted_literals import chosen_literals, known_literals, own_patterns
from audit.ledger.reading import LEDGER, NoLedger, OtherFormat, parse_ledger
from audit.ledger.structure import Structure
from audit.limits import MALFORMED, error_text, open_pdf, read_file
from audit.pdf.attachments import attached, attachment_faults
from audit.pdf.grammar import grammar_faults
from audit.pdf.links import link_faults
from audit.pdf.reader_consistency import form_faults, warnings
from audit.pdf.tag_tree import read_tags
from audit.pdf.text_completeness import layout_faults, text_faults
from audit.pdf.text_layer import read_text
from audit.pdf.writing import FileForm, file_form
from audit.seal.alterations import Alteration, alterations
from audit.seal.ledger_files import (
    certificate_notes,
    of_another_report,
    other_files,
    unlabelled,
)
from audit.seal.seal import NAME, OWN_FILES, SIGNATURE, Seal, make_seal, read_seal
from audit.seal.signature import SignatureCheck, check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from audit.coverage.literals import Literal
    from audit.ledger.ledger import Ledger
    from audit.pdf.attachments import Attachment
    from audit.pdf.text_layer import TextLayer

ANEW = "The file was rewritten after it was sealed: its origin can no longer be proved."
UNSTATED = (
    "Its ledger states no headings, formulas or sources, as older ones don't: verify it with the "
    "version of the project that it names as its commit."
)
ROOT = Path(__file__).resolve().parents[2]
"""The clone to which this code belongs."""
UNKNOWN = (
    "the file was rewritten by another program, or assembled by hand: it is not known whether "
    "all readers show what was sealed"
)


@dataclass(frozen=True)
class Verification:
    """The results of verifying a PDF.

    Attributes
    ----------
    seal
        The seal in the PDF.
    ledger
        The attached ledger; None if it is missing or cannot be read.
    altered
        Every difference from the seal.
    coverage
        The numbers in its text; None without a ledger.
    signature
        Result of checking its signature; None if it has none.
    published
        Whether the digest published elsewhere is this PDF's; None if none was given.
    form
        How the file is written. Only the canonical form guarantees that all readers show what was
        sealed, so only a file in that form can be proved.
    notes
        Observations that are not alterations but should be known.
    """

    seal: Seal
    ledger: Ledger | None
    altered: tuple[Alteration, ...]
    coverage: Coverage | None
    signature: SignatureCheck | None = None
    published: bool | None = None
    form: FileForm = FileForm.CANONICAL
    notes: tuple[str, ...] = field(default=())

    @property
    def intact(self) -> bool:
        """Whether nothing was altered, and any signature is valid."""
        badly_signed = self.signature is not None and not self.signature.good
        return not self.altered and not badly_signed

    @property
    def consistent(self) -> bool:
        """Whether every value is printed where it should be and every number is accounted for."""
        numbers = self.coverage
        return numbers is not None and not numbers.missing and not numbers.untraced

    @property
    def proved(self) -> bool:
        """Whether a signature or a published digest establishes its origin."""
        named = bool(self.published) or bool(self.signature and self.signature.signer)
        return named and self.form is FileForm.CANONICAL


def clone() -> Path:
    """Return the clone of the study around the working directory, or else of this program."""
    return Path(study_folder())


def examine(
    path: Path,
    signers: Path | None = None,
    expected: str | None = None,
    *,
    data: bytes | None = None,
    root: Path | None = None,
    pinned: Callable[[str], Sequence[Literal]] | None = None,
) -> Verification:
    """Verify a delivered PDF and return the results.

    Parameters
    ----------
    path
        The PDF. It is read as data; nothing in it is executed.
    signers
        `ssh-keygen`'s file of allowed signers.
    expected
        SHA-256 of the seal or of the file, from another source.
    data
        Its bytes, if they have already been read.
    root
        The clone whose literals explain numbers; the PDF's own are only compared with them. By
        default that of the study around the working directory, or else of this program.
    pinned
        Returns the clone's literals at a commit, with the numbers to which it restricts them;
        if None, the restrictions that the PDF states are used.

    Raises
    ------
    VerificationFailed
        If it is not a readable PDF, or has no seal of ours.
    """
    import pikepdf

    whole = pdf_bytes(path) if data is None else _of_a_pdf(data, path.name)
    try:
        with open_pdf(whole, path.name) as pdf:
            return _examined(pdf, whole, path.name, signers, expected, root or clone(), pinned)
    except pikepdf.PasswordError:
        raise VerificationFailed(
            "this PDF is encrypted, which no report of this project is: somebody saved it again",
            place=path.name,
            remedy="ask for the file as it was published",
        ) from None
    except (pikepdf.PdfError, *MALFORMED) as error:
        raise VerificationFailed(
            f"this PDF is damaged and cannot be read: {error_text(error)}",
            place=path.name,
            remedy="ask for the file again",
        ) from None


def pdf_bytes(path: Path) -> bytes:
    """Return the bytes of a PDF whose beginning and end are in place.

    Raises
    ------
    VerificationFailed
        If it cannot be read, is not a PDF, or is truncated.
    """
    try:
        data = read_file(path)
    except OSError as error:
        raise VerificationFailed(
            f"cannot be read: {error.strerror}", place=str(path), remedy="name the PDF of a report"
        ) from None
    return _of_a_pdf(data, path.name)


def _of_a_pdf(data: bytes, name: str) -> bytes:
    if not data.startswith(b"%PDF-"):
        what = "the file is empty" if not data else "this is not a PDF"
        raise VerificationFailed(what, place=name, remedy="name the PDF of a report")
    if b"%%EOF" not in data[-1024:]:
        raise VerificationFailed(
            "this PDF is cut short: its end is missing",
            place=name,
            remedy="copy or download it again",
        )
    return data


def _examined(
    pdf: Any,
    data: bytes,
    name: str,
    signers: Path | None,
    expected: str | None,
    root: Path,
    pinned: Callable[[str], Sequence[Literal]] | None,
) -> Verification:
    inside = attached(pdf)
    seal, holds = _seal(inside, name)
    form = file_form(data)
    layer, altered = _altered(pdf, seal, form)
    if not holds:
        altered.append(Alteration("seal", "the seal itself was edited: its own digest fails"))
    if pdf.is_encrypted:
        altered.append(Alteration("catalogue", "the PDF was encrypted after it was sealed"))
    ledger = _ledger(inside[LEDGER].data, altered) if LEDGER in inside else None
    notes = [] if form is FileForm.CANONICAL else [ANEW]
    notes += certificate_notes(ledger, inside) if ledger is not None else ()
    numbers = None
    if ledger is not None:
        notes += [UNSTATED] if ledger.structure == Structure() else []
        named = any(each.part == "attachment" for each in altered)
        altered += (
            each
            for each in _of_the_ledger(ledger, seal, layer, inside, name)
            if not (named and each.part == "attachment")
        )
        literals, unknown = _literals(inside, seal.commit, root, pinned)
        if unknown:
            notes.append(
                f"{unknown} of its literals are not those of this clone, and explain nothing."
            )
        numbers = coverage(layer, ledger, seal.chapters, literals)
    signature = None
    if SIGNATURE in inside:
        signature = check(inside[NAME].data, inside[SIGNATURE].data, signers)
    published = None
    if expected is not None:
        published = expected.lower() in (seal.digest, hashlib.sha256(data).hexdigest())
    return Verification(
        seal, ledger, tuple(altered), numbers, signature, published, form, tuple(notes)
    )


def _altered(pdf: Any, seal: Seal, form: FileForm) -> tuple[TextLayer, list[Alteration]]:
    """Return the PDF's text, and the differences between the file and its seal."""
    # Accessing the pages repairs their tree, so check it first.
    faults = [*form_faults(pdf), *attachment_faults(pdf, OWN_FILES)]
    layer = read_text(pdf)
    found = make_seal(pdf, layer, title=seal.title, commit=seal.commit, chapters=seal.chapters)
    tags = read_tags(pdf)
    faults += (
        *layer.faults,
        *text_faults(pdf, layer),
        *grammar_faults(pdf),
        *layout_faults(layer, tags.rows()),
        *link_faults(pdf, layer, tags),
    )
    altered = [*alterations(seal, found), *_of_the_form(form, [*faults, *warnings(pdf)])]
    if not altered and form is FileForm.CANONICAL and seal.whole != found.whole:
        altered.append(Alteration("form", "something outside all parts of the report was altered"))
    return layer, altered


def _seal(inside: Mapping[str, Attachment], name: str) -> tuple[Seal, bool]:
    """Return the seal among a PDF's attachments, and whether its own digest is right."""
    if NAME not in inside:
        raise VerificationFailed(
            "the seal was removed: what else was altered is not known"
            if LEDGER in inside
            else "this PDF has no seal: it is not a report of this project, or its attachments "
            "were removed",
            place=name,
            remedy="ask for the file as it was published",
        )
    return read_seal(inside[NAME].data)


def _of_the_ledger(
    ledger: Ledger, seal: Seal, layer: TextLayer, inside: Mapping[str, Attachment], name: str
) -> Iterator[Alteration]:
    """Yield the differences between the attached ledger and the seal, pages, figures and files."""
    yield from (Alteration("seal", what) for what in of_another_report(ledger, seal))
    for page, what in unlabelled(ledger, layer):
        yield Alteration("page", what, page)
    for each in figure_disagreements(name, layer, ledger):
        yield Alteration("figure", str(each))
    yield from (Alteration("attachment", what) for what in other_files(ledger, inside))


def _literals(
    inside: Mapping[str, Attachment],
    commit: str,
    root: Path,
    pinned: Callable[[str], Sequence[Literal]] | None,
) -> tuple[Sequence[Literal], int]:
    """Return the clone's own literals that the PDF lists, and the number of others it has."""
    listed = inside[LITERALS].data if LITERALS in inside else b""
    if pinned:
        return chosen_literals(listed, pinned(commit))
    return known_literals(listed, own_patterns(root, commit))


def _of_the_form(form: FileForm, faults: Iterable[str]) -> Iterator[Alteration]:
    """Yield faults for which different readers may show different content."""
    yield from (Alteration("form", what) for what in dict.fromkeys(faults))
    if form is FileForm.UNKNOWN:
        yield Alteration("form", UNKNOWN)


def _ledger(data: bytes, altered: list[Alteration]) -> Ledger | None:
    """Return the attached ledger; if it is faulty, return None and record the alteration."""
    try:
        return parse_ledger(data, LEDGER)
    except OtherFormat as error:
        raise VerificationFailed(
            error.what,
            place=LEDGER,
            remedy="verify with the version of the project that the report names as its commit",
        ) from None
    except NoLedger as error:
        altered.append(Alteration("attachment", f"{LEDGER}: {error.what}"))
        return None
