"""Everything that a build can depend on, by digest, gathered without importing what computes.

All files in the project's folder count, because the book states whether they are those of a
commit. So do the extract, the commit, every package and variable, and the options of the build.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import importing
from analysis.cache import digest_of
from analysis.environment import interpreter
from analysis.importing import package_folder
from analysis.installed_packages import installed
from audit.trace.program import program_digest
from audit.trace.repository import MADE, public_repository, read_commit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


WORKING = (*MADE, ".git", ".hypothesis", ".mypy_cache", ".pytest_cache", ".quarto", ".report",
           ".ruff_cache", "_freeze")  # fmt: skip
"""Folders that no build reads, because builds and tools write them."""
_OF_A_SHELL = ("OLDPWD", "PWD", "SHLVL", "_")
"""Variables that a shell sets for every command or folder."""
_CLOCK = re.compile(r":\s*[\"']?(?:today|now|last-modified)\b")
_DATED = (".qmd", ".yml", ".yaml")
_BEYOND = re.compile(
    r"\bos\.(?:clock|date|getenv|time)\b|\bio\.|\bmath\.random|\bmediabag\b"
    r"|\b(?:dofile|loadfile|include_?[fF]ile)\b"
)
_PRESS = Path(__file__).parents[2] / "press"
"""Excluded: the press's own Lua reads only the scripts that it runs."""


@dataclass(frozen=True)
class Asked:
    """The options of a build.

    Attributes
    ----------
    formats
        Some of "html" and "pdf".
    data, out
        Folders of the extract and of the book, as absolute paths; empty for those configured.
    engine
        One of `report.engines.ENGINES`.
    profiles
        Quarto profiles.
    umask
        Umask of the user, on which the modes of the book's files depend.
    """

    formats: tuple[str, ...]
    data: str
    out: str
    engine: str
    profiles: tuple[str, ...]
    umask: int

    @property
    def digest(self) -> str:
        """SHA-256 of all options."""
        return hashlib.sha256(repr(asdict(self)).encode()).hexdigest()


def gather(root: Path, asked: Asked, variables: Mapping[str, str]) -> dict[str, str]:
    """Return everything that a build depends on.

    Parameters
    ----------
    root
        The project's folder.
    variables
        Environment variables.

    Returns
    -------
    dict of str
        By kind and name, such as ``"file study.toml"`` or ``"variable TZ"``, a digest or a text
        that changes whenever the input does.
    """
    found = {f"file {name}": digest for name, digest in _files(root)}
    if asked.data:
        found |= {f"extract {name}": digest for name, digest in _files(Path(asked.data))}
    if package_folder(root, "analysis") != root:
        found["program"] = program_digest()
    found |= {f"package {name}": digest for name, digest in installed().items()}
    for name, value in variables.items():
        if name not in _OF_A_SHELL:  # by digest: it may be a secret
            found[f"variable {name}"] = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
    commit = read_commit(root)
    found["commit checked out"] = f"{commit.id} {commit.time} {commit.clean}"
    found["commit published at"] = public_repository(root)
    found["Python"] = interpreter()
    return found


def outside(inputs: Mapping[str, str], target: str) -> dict[str, str]:
    """Return inputs without the files in a book's folder, which are not sources."""
    within = f"file {target}/"
    return {name: digest for name, digest in inputs.items() if not name.startswith(within)}


def reads_the_clock(root: Path) -> bool:
    """Return whether a book may depend on more than its inputs, such as today's date."""
    doubtful = dict.fromkeys(_DATED, _CLOCK) | {".lua": _BEYOND}
    return any(
        doubtful[path.suffix].search(path.read_text(encoding="utf-8", errors="replace"))
        for path in _paths(root)
        if path.suffix in doubtful
        and not path.is_relative_to(root / "tests")
        and not path.is_relative_to(_PRESS)
    )


def digests(folder: Path, names: Iterable[str] = ("",)) -> dict[str, str]:
    """Return the SHA-256 of every file at or below given paths of a folder, by relative path."""
    found = {}
    for name in names:
        start = folder / name
        paths = [start] if start.is_file() else sorted(start.rglob("*"))
        for path in paths:
            if path.is_file():
                key = Path(os.path.relpath(path, folder)).as_posix()
                found[key] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _files(root: Path) -> Iterator[tuple[str, str]]:
    for path in _paths(root):
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:  # deleted since it was listed, or not readable
            digest = f"unreadable: {error.errno}"
        yield path.relative_to(root).as_posix(), digest


def _paths(root: Path) -> Iterator[Path]:
    seen: set[str] = set()
    for place, folders, files in os.walk(root, followlinks=True):
        folder = Path(place)
        real = os.path.realpath(place)
        if real in seen or "pyvenv.cfg" in files:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not _working(name))
        if folder.name == "tests":  # contains thousands of files that no build reads
            folders[:] = [name for name in folders if name != "fixtures"]
        yield from (folder / name for name in sorted(files) if (folder / name).is_file())


def _working(name: str) -> bool:
    return name in WORKING or name.startswith(tuple(f".{book}-" for book in MADE))


WRITTEN = (
    "*.qmd", "*.bib", "*.toml", "_quarto*", "_metadata*", "_variables*", "_environment*",
    "chapters/**/*.qmd", "chapters/**/*.yml", "chapters/**/*.bib", "_extensions/**/*",
)  # fmt: skip
"""Patterns of a book's source files, relative to the project's root."""


def hash_sources(root: Path) -> dict[str, str]:
    """Return SHA-256 and times of every source file of a book, by path from the root.

    The time of the last change of any kind shows an edit that was undone too.
    """
    paths = {path for pattern in WRITTEN for path in root.glob(pattern) if path.is_file()}
    found = {}
    for path in sorted(paths):
        facts, digest = path.stat(), hashlib.sha256(path.read_bytes()).hexdigest()
        found[path.relative_to(root).as_posix()] = (
            f"{digest} {facts.st_mtime_ns} {facts.st_ctime_ns}"
        )
    return found


def code_digest(root: Path, names: tuple[str, ...]) -> str:
    """Return a digest of files of the project's code, as this process has read them."""
    return digest_of(*_code(root, names))


def _code(root: Path, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        start = root / name
        for path in [start] if start.is_file() else sorted(start.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                read = importing.READ.get(os.path.realpath(path))
                digest = read or hashlib.sha256(path.read_bytes()).hexdigest()
                yield f"{path.relative_to(root).as_posix()} {digest}"
