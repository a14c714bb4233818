"""The files in a PDF, held to its ledger: whoever seals can't lay other data beside it unseen."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from audit.coverage.literals import FILE as LITERALS
from audit.documents import certificate
from audit.documents.crate import FILE as CRATE
from audit.ledger.reading import LEDGER
from audit.ledger.record import Float
from audit.seal.seal import NAME, SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.ledger.ledger import Ledger
    from audit.pdf.attachments import Attachment

KNOWN = (LEDGER, LITERALS, certificate.FILE, CRATE, NAME, SIGNATURE)
"""Files of a report besides the data behind its figures and tables."""
OTHER_CERTIFICATE = (
    "Its certificate is not the one that this clone writes from its ledger: believe the ledger."
)


def other_files(ledger: Ledger, inside: Mapping[str, Attachment]) -> Iterator[str]:
    """Yield which attached files are not those that the ledger says."""
    digests = {
        f"{each.id}.csv": each.data
        for each in ledger.records
        if isinstance(each, Float) and each.data
    }
    for name, digest in digests.items():
        if name not in inside:
            yield f"{name}: the data behind it are not attached, though its ledger has them"
        elif hashlib.sha256(inside[name].data).hexdigest() != digest:
            yield f"{name}: the data are not those of its ledger"
    for name in inside:
        if name not in digests and name not in KNOWN:
            yield f"{name}: no file of a report with this ledger"


def certificate_notes(ledger: Ledger, inside: Mapping[str, Attachment]) -> Iterator[str]:
    """Say so where the certificate isn't written from the ledger; an older clone's may differ."""
    found = inside.get(certificate.FILE)
    if found is not None and found.data != certificate.as_text(ledger).encode():
        yield OTHER_CERTIFICATE
