"""The last build of a kind: what it rested on, and whether there is anything to do.

Everything that a build can depend on is compared with its value in the last build, and every file
that it made with what was written. Only if all are the same is there nothing to do, which is known
before anything that computes is imported.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.atomic_write import write_whole
from analysis.dependencies import find_root
from report.lock import project_lock
from report.permissions import asked_umask
from report.reuse.inputs import Asked, digests, gather, outside, reads_the_clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BUILDS = Path(".report") / "builds"
FOLDER = Path(".report") / "kept"
"""The folder of everything that a build keeps for the next."""
WORKED_OUT = (".report/ledger.json", ".report/internal-ledger.json", ".report/book.yml",
              ".report/exhibits", "_exhibits")  # fmt: skip
"""Files that a build writes besides the book, and that other commands read."""
_FORM = 1


@dataclass(frozen=True)
class LastBuild:
    """The record of a finished build.

    Attributes
    ----------
    inputs
        Everything that it depended on, as returned by `report.reuse.inputs.gather`.
    outputs
        SHA-256 of each file that it made, by path from the project's root.
    target
        Folder of the book, relative to the project's root.
    messages
        Messages that it printed about the book.
    written
        Files that it listed at its end.
    settled
        Whether equal inputs give an equal book: no cell of arbitrary code, no current date.
    seconds
        Duration of each stage.
    """

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    target: str
    messages: Sequence[str]
    written: Sequence[str]
    settled: bool
    seconds: Mapping[str, float]

    def write(self, root: Path, asked: Asked) -> None:
        """Store it atomically as the last build of its kind."""
        text = json.dumps({"form": _FORM, **asdict(self)}, indent=0, sort_keys=True)
        path = _path(root, asked)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, f"{_digest(text)}\n{text}".encode())


def output_digests(root: Path, target: str) -> dict[str, str]:
    """Return the SHA-256 of each file that a build has made, by path from the root."""
    return digests(root, (*WORKED_OUT, target))


def read(root: Path, asked: Asked) -> LastBuild | None:
    """Return the last build of a kind; None if there is none or its record was altered."""
    try:
        digest, _, text = _path(root, asked).read_text(encoding="utf-8").partition("\n")
        whole: dict[str, Any] = json.loads(text) if digest == _digest(text) else {}
        return LastBuild(**whole) if whole.pop("form", None) == _FORM else None
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def forget(root: Path, asked: Asked) -> None:
    """Remove the record of the last build of a kind, because a new one has begun."""
    _path(root, asked).unlink(missing_ok=True)


def reasons_out_of_date(
    last: LastBuild, root: Path, asked: Asked, variables: Mapping[str, str]
) -> list[str]:
    """Return the reasons why the last build is out of date; empty if it is current."""
    if not last.settled:
        return ["a cell of arbitrary code, or today's date, may give another result"]
    SEEN[root, asked] = gather(root, asked, variables)
    now = outside(SEEN[root, asked], last.target)
    changed = differing(last.inputs, now)
    if changed:
        return changed
    return [f"made {each}" for each in differing(last.outputs, output_digests(root, last.target))]


SEEN: dict[tuple[Path, Asked], dict[str, str]] = {}
"""What a build of a kind depends on, as this process saw it first: a build that begins then need
not look again, since it compares with what it finds at its end."""


def differing(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return what differs and how, such as "file study.toml: changed"."""
    how = {True: {True: "changed", False: "gone"}, False: {True: "new"}}
    return [
        f"{name}: {how[name in before][name in now]}"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]


def _path(root: Path, asked: Asked) -> Path:
    return root / BUILDS / f"{asked.digest[:16]}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


STANDS = "  nothing has changed since this book was made"
REUSED = (
    "  results, chapters, pages, other formats, ledger and audit pages: reused, as all inputs are "
    "the same"
)


def build_options(
    data: Path | None,
    formats: Sequence[str],
    out: Path | None,
    engine: str,
    profiles: Sequence[str],
) -> Asked:
    """Return the options of a build in a form that distinguishes kinds of build."""
    return Asked(
        tuple(formats),
        str(data.resolve()) if data else "",
        str(out.resolve()) if out else "",
        engine,
        tuple(profiles),
        asked_umask(),
    )


def nothing_to_do(asked: Asked, *, explain: bool = False) -> bool:
    """Return whether the book that would be made already exists, and print its messages if so.

    A book made by Quarto is always rebuilt, because only Quarto knows what it depends on.
    """
    root = find_root(Path.cwd())
    if asked.engine != "embedded" and (asked.engine != "auto" or shutil.which("quarto")):
        return False
    if read(root, asked) is None:
        return False
    with project_lock(root):
        last = read(root, asked)
        if last is None or reasons_out_of_date(last, root, asked, os.environ):
            return False
        for line in (*last.messages[:1], STANDS, *last.messages[1:]):
            print(line)
        if explain:
            print(REUSED)
        for name in last.written:
            print(f"  {os.path.relpath(root / name)}")
    return True


class Recorder:
    """Records the inputs of a build when it begins, and its outputs when it has ended.

    Parameters
    ----------
    root
        The project's folder.
    asked
        Options of the build.
    """

    def __init__(self, root: Path, asked: Asked) -> None:
        self.root, self.asked = root, asked
        self.last = read(root, asked)
        forget(root, asked)
        self.inputs = SEEN.pop((root, asked), {}) or gather(root, asked, os.environ)

    def record(
        self,
        target: Path,
        messages: Sequence[str],
        written: Sequence[Path],
        seconds: Mapping[str, float],
        *,
        settled: bool,
    ) -> None:
        """Record the finished build, unless a file was edited in the meantime.

        Parameters
        ----------
        target
            Folder of the book.
        messages, written, seconds, settled
            As in `LastBuild`.
        """
        root, book = self.root, self._from_root(target)
        inputs = outside(self.inputs, book)
        if outside(gather(root, self.asked, os.environ), book) != inputs:
            return
        names = [self._from_root(path) for path in written]
        settled = settled and not reads_the_clock(root)
        last = LastBuild(
            inputs, output_digests(root, book), book, messages, names, settled, seconds
        )
        last.write(root, self.asked)

    def _from_root(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.root)).as_posix()
