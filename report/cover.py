"""Data label and commit for the cover and every page of the book, for both engines.

They are written to a metadata file that `_quarto.yml` names, before a book is typeset: the Typst
template reads `evaluation` from it, and each HTML page the banner.
"""

from __future__ import annotations

import hashlib
import html
import json
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from audit.documents.formats_and_standards import COVER as FILE
from audit.documents.formats_and_standards import NO_CONTACT
from audit.ledger.facts import date_of

if TYPE_CHECKING:
    from pathlib import Path

    from audit.ledger.ledger import Ledger
    from audit.trace.repository import Commit

OWNER = "The authors of this study"
"""Owner of the report where the settings name none."""
PACKAGE = "swis-evaluation-report"
INVENTED_NOTE = "Invented data: a stand-in for the confidential extract"
DRAFT_NOTE = "A draft, without the further checks of a release"
_STYLE = (
    "<style>.book-label { background: #801650; color: #fff; padding: .45rem 1.25rem; "
    "font: 600 .9375rem/1.4 sans-serif; } "
    "@media print { .book-label { color: #000; background: none; border: 1pt solid; } }</style>"
)


RESULTS = "evaluation-results"
"""Name of the meta element with the digest of the results in a page."""


def cover(
    ledger: Ledger, commit: Commit, moment: int, key: str, contact: str = "", owner: str = ""
) -> dict[str, Any]:
    """Return the metadata of a book: label, note, commit, time, and content of HTML pages.

    Parameters
    ----------
    moment
        Date of the PDF, in seconds since 1970. Its template writes it, because an engine that was
        started directly is given no time.
    key
        Key of the results that the book shows.
    owner
        Owner of the report.
    contact
        Contact for the report; empty to use the page of its public repository, if it has one.
    """
    invented = bool(ledger.label)
    label = f"{ledger.label}: not evidence" if invented else ""
    notes = [INVENTED_NOTE] * invented + [DRAFT_NOTE] * (not ledger.release)
    note = "".join(f"{each}. " for each in notes).strip()
    facts = {"label": label, "note": note, "commit": commit.short}
    made = datetime.fromtimestamp(moment, UTC)
    metas = [
        f'<meta name="evaluation-{name}" content="{html.escape(str(facts[name]))}">'
        for name in ("label", "commit")
        if facts[name]
    ]
    metas.append(f'<meta name="{RESULTS}" content="{results_digest(ledger, key)}">')
    # A web page may be read alone, so each states what the PDF's cover states.
    said = ". ".join([*([label] if label else []), *([DRAFT_NOTE] * (not ledger.release))])
    banner = f'<div class="book-label" role="note">{html.escape(said)}</div>'
    pages = {
        "include-in-header": [{"text": "\n".join([*metas, _STYLE if said else ""]) + "\n"}],
        "include-before-body": [{"text": banner + "\n"}] if said else [],
    }
    facts["made"] = ", ".join(map(str, made.timetuple()[:6]))  # to the second
    facts |= {
        "date": date_of(commit.time),
        "year": date_of(commit.time).rpartition(" ")[2],
        "version": version(PACKAGE),
        "status": "Release" if ledger.release else "Draft, not for release",
        "owner": owner or OWNER,
        "contact": contact or ledger.remote or NO_CONTACT,
    }
    return {"evaluation": facts, "format": {"html": pages}}


def results_digest(ledger: Ledger, key: str) -> str:
    """Return a digest of what pages print of exhibits: their results and short references."""
    references = [(record.id, record.reference) for record in ledger.records]
    return hashlib.sha256(f"{key} {sorted(references)}".encode()).hexdigest()[:16]


def write_cover(root: Path, metadata: dict[str, Any]) -> None:
    """Write the metadata file, unless it is already up to date."""
    path = root / FILE
    text = json.dumps(metadata, ensure_ascii=False, indent=1) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
