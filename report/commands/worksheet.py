"""`report worksheet`: draw exhibits at random, for an auditor to check by hand."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from analysis.importing import CODE, OWN
from audit.documents.worksheet import Worksheet, draw
from audit.ledger.bundle import read_bundle, read_folder
from audit.ledger.reading import LEDGER
from audit.limits import read_file
from audit.terminal import print_lines
from audit.trace.program import program_digest
from audit.trace.repository import line_caveat
from report.commands.trace import find_root, ledger_at_hand

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record


def worksheet(size: int, *, seed: str | None = None, ledger: Path | None = None, out: Path) -> int:
    """Write a worksheet and print the seed with which it was drawn; return 0.

    Parameters
    ----------
    size
        Number of exhibits.
    seed
        Of the sample; None for a random seed.
    ledger
        A ledger, or a PDF that contains one; None for that of the last build.
    out
        The file to write.
    """
    root = find_root(Path.cwd())
    whole = ledger_at_hand(root, ledger)
    total = len(whole.records)
    if not 1 <= size <= total:
        raise ConfigurationError(
            f"{size} exhibits cannot be drawn: the report shows {total}",
            place="--sample",
            remedy=f"ask for 1 to {total}",
        )
    chosen = secrets.token_hex(4) if seed is None else seed
    made = Worksheet(
        whole, _data(root, ledger), _code(root, whole, draw(whole.records, chosen, size)),
        chosen, size,
    )  # fmt: skip
    try:
        out.write_text(made.html(), encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigurationError(
            f"cannot be written: {error.strerror}", place=str(out), remedy="choose another --out"
        ) from None
    print_lines(f"note: {note}" for note in filter(None, [line_caveat(root, whole.commit.id)]))
    print_lines([f"{size} of {total} exhibits, drawn with --seed {chosen}: {out}"])
    return 0


def _data(root: Path, given: Path | None) -> Mapping[str, str]:
    """Return the released data next to a ledger, or in the PDF that contains it."""
    if given is not None and read_file(given)[:5] == b"%PDF-":
        return read_bundle(given).data
    folder = given.parent if given is not None else root / ".report"
    return read_folder(folder, "").data if (folder / LEDGER).is_file() else {}


def _code(root: Path, ledger: Ledger, records: Sequence[Record]) -> dict[str, list[str]]:
    """Return the lines of each record's function at the ledger's commit, if available."""
    found = {}
    for record in records:
        at = ledger.code[record.function]
        lines = _file(root, ledger, at.file).splitlines()
        if lines:
            found[record.function] = lines[at.first - 1 : at.last]
    return found


def _file(root: Path, ledger: Ledger, name: str) -> str:
    """Return a code file named by a ledger, if the clone has it; no other file of the clone.

    A file of the program is taken from the program here, if it is the one that the ledger names.
    """
    from report.reproduction.rebuild import RebuildFailed, shown

    commit = ledger.commit
    if ledger.program and not name.startswith(f"{OWN}/"):
        same = ledger.program.get("sha256") == program_digest()
        path = (CODE / name).resolve()
        inside = path.is_relative_to(CODE) and path.suffix == ".py"
        return path.read_text(encoding="utf-8") if same and inside and path.is_file() else ""

    if not commit.id or not commit.clean:
        path = (root / name).resolve()
        inside = path.is_relative_to(root.resolve()) and path.suffix == ".py"
        return path.read_text(encoding="utf-8") if inside and path.is_file() else ""
    try:
        return shown(root, commit.id, name).decode()
    except (RebuildFailed, UnicodeDecodeError):
        return ""
