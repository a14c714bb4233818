"""`report verify --rerun`: recompute a delivered report from a clone and the data.

Nothing in the PDF is executed: it names a commit, and code and settings are taken from that
commit in the clone. Its ledger is only compared with the result.
"""

from __future__ import annotations

import hashlib
import tomllib
from typing import TYPE_CHECKING, Any

from analysis.environment import LATEST
from analysis.errors import ReportError
from audit.ledger.bundle import read_bundle
from audit.ledger.ledger import environment, platform_name
from audit.trace.program import program_digest
from audit.trace.rerun import Rerun, grade, ledger_differences, locked_otherwise
from report.reproduction.commits import commit_description, delivered_commit
from report.reproduction.rebuild import RebuildFailed, git, of_commit, rebuild, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit.ledger.ledger import Ledger


LOCK = "requirements.lock"


class CannotBeDetermined(ReportError):
    """Something is missing that recomputation needs (auditor)."""


def rerun(root: Path, pdf: Path, data: Path | None = None, source: bytes | None = None) -> Rerun:
    """Recompute a delivered report and return the comparison.

    Parameters
    ----------
    root
        The clone.
    pdf
        The delivered report.
    data
        Folder of the extract; None for the one that the settings of its commit name.
    source
        The PDF's bytes if they have already been read, so that the file recomputed is the one
        that was verified.
    """
    try:
        delivered = read_bundle(pdf, source)
        commit = delivered_commit(root, delivered.commit)
        extract = _extract(root, commit, data)
        _same_files(root, commit, extract, delivered.ledger)
        again = rebuild(root, of_commit(commit, extract), fresh=True)
    except ReportError as error:
        return Rerun(hindrance=error.what, remedy=error.remedy)
    lock = (_committed(root, commit, LOCK) or b"").decode(errors="replace")
    notes = (commit_description(root, commit), *_notes(delivered.ledger, lock))
    edited = (
        *ledger_differences(delivered.ledger, again.ledger),
        *_of_another_time(root, commit, delivered.ledger),
    )
    return Rerun(grade(delivered, again), edited, notes=notes)


def _extract(root: Path, commit: str, data: Path | None) -> Path | None:
    """Return the folder of the extract; None if the commit itself contains it."""
    if data is not None:
        if not data.is_dir():
            raise CannotBeDetermined(f"there is no folder {data}", remedy="name one with --data")
        return data.resolve()
    named = str(_study(root, commit)["extract_directory"])
    if git(root, "ls-tree", "-r", "--name-only", commit, "--", named).strip():
        return None
    if not (root / named).is_dir():
        raise CannotBeDetermined(
            f"the data are missing: neither the commit nor this clone has {named}",
            remedy="name the folder of the extract with --data",
        )
    return root / named


def _same_files(root: Path, commit: str, extract: Path | None, ledger: Ledger) -> None:
    """Check the data against the ledger's digests, because other data would prove nothing."""
    folder = _study(root, commit)["extract_directory"]
    missing, other = [], []
    for file in ledger.files:
        if file.part != "extract":
            continue
        if extract is None:
            data = _committed(root, commit, f"{folder}/{file.name}")
        else:
            path = extract / file.name
            data = path.read_bytes() if path.is_file() else None
        if data is None:
            missing.append(file.name)
        elif hashlib.sha256(data).hexdigest() != file.sha256:
            other.append(file.name)
    remedy = "name the folder of the extract that it was built from with --data"
    if missing:
        raise CannotBeDetermined(f"the data are missing: {', '.join(missing)}", remedy=remedy)
    if other:
        raise CannotBeDetermined(
            f"the data are not those of the report, by their digests: {', '.join(other)}",
            remedy=remedy,
        )


def _study(root: Path, commit: str) -> dict[str, Any]:
    return tomllib.loads(shown(root, commit, "study.toml").decode())


def _committed(root: Path, commit: str, path: str) -> bytes | None:
    try:
        return shown(root, commit, path)
    except RebuildFailed:
        return None


def _of_another_time(root: Path, commit: str, ledger: Ledger) -> Iterator[str]:
    """Yield a difference if the ledger dates its commit differently from the clone."""
    made = git(root, "log", "-1", "--format=%ct", "--end-of-options", commit).decode().strip()
    if ledger.commit.time != min(int(made), LATEST):
        yield "commit: it is of another time"


def _notes(ledger: Ledger, lock: str) -> Iterator[str]:
    """Yield differences other than those in code, settings and data."""
    if ledger.program and ledger.program.get("sha256") != program_digest():
        yield "it was computed by another version of the program than this one"
    if ledger.release:
        yield "only its ledger states that it was built as a release: a rerun cannot show it"
    if not ledger.commit.clean:
        yield "it was built from files with changes that are in no commit"
    yield from locked_otherwise(ledger, lock)
    now = {**environment(), "platform": platform_name()}
    then = {**ledger.environment, "platform": ledger.platform}
    for name in sorted(now.keys() | then.keys()):
        if now.get(name) != then.get(name):
            yield f"{name} was {then.get(name, 'none')} and is {now.get(name, 'none')} here"
