"""A delivered PDF, graded: whether it is as it was sealed, and agrees with its own ledger."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.errors import VerificationFailed
from audit.coverage.coverage import Coverage, coverage
from audit.coverage.literals import FILE as LITERALS
from audit.coverage.literals import parse_literals
from audit.ledger.form import first_gap
from audit.pdf.attachments import attached
from audit.pdf.text_layer import read_text
from audit.seal.alterations import Alteration, alterations
from audit.seal.seal import NAME, SIGNATURE, Seal, make_seal, read_seal
from audit.seal.signature import SignatureCheck, check

if TYPE_CHECKING:
    from pathlib import Path

LEDGER = "ledger.json"
LEDGER_FORMAT = 2


@dataclass(frozen=True)
class Verification:
    """What was found in a PDF.

    Attributes
    ----------
    seal
        As it says.
    ledger
        The ledger inside; None where it is missing or cannot be read.
    altered
        Every difference from the seal.
    coverage
        The numbers of its text; None without a ledger.
    signature
        None where it bears none.
    published
        Whether the digest published elsewhere is this PDF's; None where none was given.
    notes
        What is no alteration and should be known.
    """

    seal: Seal
    ledger: dict[str, Any] | None
    altered: tuple[Alteration, ...]
    coverage: Coverage | None
    signature: SignatureCheck | None = None
    published: bool | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def intact(self) -> bool:
        """Whether nothing was altered, nor signed by anyone else."""
        badly_signed = self.signature is not None and not self.signature.good
        return not self.altered and not badly_signed

    @property
    def consistent(self) -> bool:
        """Whether every value stands where it should and every number is accounted for."""
        numbers = self.coverage
        return numbers is not None and not numbers.missing and not numbers.untraced

    @property
    def proved(self) -> bool:
        """Whether a signature or a published digest says where it comes from."""
        return bool(self.published) or bool(self.signature and self.signature.signer)


def examine(path: Path, signers: Path | None = None, expected: str | None = None) -> Verification:
    """Return what a delivered PDF is worth.

    Parameters
    ----------
    path
        The PDF. It is read as data; nothing in it is run.
    signers
        `ssh-keygen`'s file of allowed signers.
    expected
        SHA-256 of the seal or of the file, from elsewhere.

    Raises
    ------
    VerificationFailed
        If it is no PDF that can be read, or bears no seal of ours.
    """
    import pikepdf

    data = _bytes(path)
    try:
        with pikepdf.open(path) as pdf:
            return _examined(pdf, data, path.name, signers, expected)
    except pikepdf.PasswordError:
        raise VerificationFailed(
            "this PDF is encrypted, and a report of ours never is: somebody saved it again",
            place=path.name,
            remedy="ask for the file as it was published",
        ) from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise VerificationFailed(
            f"this PDF is damaged and cannot be read: {str(error).splitlines()[0]}",
            place=path.name,
            remedy="ask for the file again",
        ) from None


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise VerificationFailed(
            f"cannot be read: {error.strerror}", place=str(path), remedy="name the PDF of a report"
        ) from None
    if not data.startswith(b"%PDF-"):
        what = "the file is empty" if not data else "this is no PDF"
        raise VerificationFailed(what, place=path.name, remedy="name the PDF of a report")
    if b"%%EOF" not in data[-1024:]:
        raise VerificationFailed(
            "this PDF is cut short: its end is missing",
            place=path.name,
            remedy="copy or download it again",
        )
    return data


def _examined(
    pdf: Any, data: bytes, name: str, signers: Path | None, expected: str | None
) -> Verification:
    inside = attached(pdf)
    if NAME not in inside:
        raise VerificationFailed(
            "the seal was taken out: what else was altered cannot be told"
            if LEDGER in inside
            else "this PDF bears no seal: it is none of ours, or all its attachments were removed",
            place=name,
            remedy="ask for the file as it was published",
        )
    seal, holds = read_seal(inside[NAME].data)
    layer = read_text(pdf)
    found = make_seal(pdf, layer, title=seal.title, commit=seal.commit, chapters=seal.chapters)
    altered = list(alterations(seal, found))
    if not holds:
        altered.append(Alteration("seal", "the seal itself was edited: its own digest fails"))
    if pdf.is_encrypted:
        altered.append(Alteration("catalogue", "the PDF was encrypted after it was sealed"))
    ledger = _ledger(inside[LEDGER].data, altered) if LEDGER in inside else None
    if ledger is not None and (ledger["commit"]["id"] or "") != seal.commit:
        altered.append(
            Alteration(
                "seal", "the seal is another report's: it names another commit than the ledger"
            )
        )
    numbers = None
    if ledger is not None:
        listed = inside[LITERALS].data.decode("utf-8", "replace") if LITERALS in inside else ""
        numbers = coverage(layer, ledger, seal.chapters, parse_literals(listed))
    signature = None
    if SIGNATURE in inside:
        signature = check(inside[NAME].data, inside[SIGNATURE].data, signers)
    published = None
    if expected is not None:
        published = expected.lower() in (seal.digest, hashlib.sha256(data).hexdigest())
    notes = []
    if data.count(b"startxref") > 1:
        notes.append("The file was saved again after it was sealed.")
    return Verification(seal, ledger, tuple(altered), numbers, signature, published, tuple(notes))


def _ledger(data: bytes, altered: list[Alteration]) -> dict[str, Any] | None:
    """Return the ledger inside, or None and say what is wrong with it."""
    try:
        ledger = json.loads(data)
        version = ledger["format"]
    except (ValueError, TypeError, KeyError):
        altered.append(Alteration("attachment", f"{LEDGER} is no ledger that can be read"))
        return None
    if version != LEDGER_FORMAT:
        raise VerificationFailed(
            f"the ledger has format {version}, and this version reads format {LEDGER_FORMAT}",
            place=LEDGER,
            remedy="verify with the version of the project that the report names as its commit",
        )
    gap = first_gap(ledger)
    if gap:
        what = f"{LEDGER} is not as a build writes it: see {gap}"
        altered.append(Alteration("attachment", what))
        return None
    return dict(ledger)
