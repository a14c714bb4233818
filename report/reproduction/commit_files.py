"""The files of a commit exactly as committed, whatever the clone's configuration.

`git archive`, `git add` and a checkout convert files by attributes and filters, which the clone's
own configuration may contain as well as the commit: they can omit files or replace them. So
blobs are read and written directly.
"""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from audit.trace.repository import object_name, run_git, trees_match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Git = Callable[..., bytes]

FORGED = "is not what its hash says: this clone is damaged, or was forged"
CLONE = "clone the project again from where it is published"
LINK, EXECUTABLE, PLAIN = b"120000", b"100755", b"100644"


def write_files(git: Git, root: Path, commit: str, folder: Path, *paths: str) -> None:
    """Write the files of a commit into a folder: all of them, or those under some paths.

    Parameters
    ----------
    git
        Runs git, and raises if it fails; see `report.reproduction.rebuild.git`.

    Raises
    ------
    ConfigurationError
        If one of them would be outside the folder, or is a link that leads outside, or is not what
        its hash says: git checks that only when it receives an object.
    """
    if not trees_match(root, commit):
        raise ConfigurationError(f"a folder in commit {commit[:12]} {FORGED}", remedy=CLONE)
    listed = git(root, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
    entries: list[tuple[bytes, bytes, str]] = []
    for entry in filter(None, listed.split(b"\0")):
        about, _, path_in_tree = entry.partition(b"\t")
        mode, kind, digest = about.split()
        if kind == b"blob":  # anything else is a commit of a submodule
            entries.append((mode, digest, os.fsdecode(path_in_tree)))
    contents = _blobs(
        git(root, "cat-file", "--batch", fed=b"".join(d + b"\n" for _, d, _ in entries))
    )
    # Links last, so that no file is written through one.
    for (mode, digest, name), data in sorted(zip(entries, contents, strict=True), key=_is_link):
        if object_name(b"blob", data, len(digest)) != digest.decode():
            raise ConfigurationError(f"{name} in commit {commit[:12]} {FORGED}", remedy=CLONE)
        _refuse_outside(name, os.fsdecode(data) if mode == LINK else "")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if mode == LINK:
            path.symlink_to(os.fsdecode(data))
            continue
        path.write_bytes(data)
        if mode == EXECUTABLE:
            path.chmod(0o755)


def _is_link(found: tuple[tuple[bytes, bytes, str], bytes]) -> bool:
    return found[0][0] == LINK


def _blobs(batch: bytes) -> Iterator[bytes]:
    """Yield the objects in the output of `git cat-file --batch`; a line before gives the size."""
    at = 0
    while at < len(batch):
        line = batch.index(b"\n", at)
        size = int(batch[at:line].split()[2])
        yield batch[line + 1 : line + 1 + size]
        at = line + size + 2


def _refuse_outside(name: str, target: str) -> None:
    """Refuse a file that would be outside its folder, or a link that leads outside."""
    for path in (PurePosixPath(name), *([PurePosixPath(name).parent / target] if target else [])):
        depth = 0
        for part in path.parts:
            depth += {"..": -1, ".": 0}.get(part, 1)
            if depth < 0 or path.is_absolute() or part.lower() == ".git":
                raise ConfigurationError(
                    f"this commit is not unpacked: {name} is outside its folder",
                    remedy="remove it from the commit, or compare another",
                )


def index_entries(git: Git, root: Path) -> bytes:
    """Return the tracked files as they are, in the form that `git update-index` reads.

    Their contents are added to the repository unchanged if it does not contain them.
    """
    entries = []
    for entry in filter(None, git(root, "ls-files", "-s", "-z").split(b"\0")):
        about, _, name = entry.partition(b"\t")
        mode, listed, _ = about.split()
        path = root / os.fsdecode(name)
        if path.is_symlink():
            mode, data = LINK, os.fsencode(os.readlink(path))
        elif path.is_file():
            mode, data = PLAIN if mode == LINK else mode, path.read_bytes()
        else:
            continue
        entries.append(mode + b" " + _held(git, root, data, listed) + b"\t" + name + b"\0")
    return b"".join(entries)


def _held(git: Git, root: Path, data: bytes, listed: bytes) -> bytes:
    """Return git's name for some contents, adding them to the repository if necessary."""
    name = object_name(b"blob", data, len(listed)).encode()
    if name == listed and run_git(root, "cat-file", "-e", name.decode()).returncode == 0:
        return name
    return git(root, "hash-object", "-w", "--stdin", "--no-filters", fed=data).strip()
