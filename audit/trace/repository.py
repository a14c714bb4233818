"""The commit that a report is built from, and whether the files are those of the commit.

Git's own answer is not asked: `git status` believes flags in its index (`--assume-unchanged`,
`--skip-worktree`) and lists of ignored files, and from inside another repository it answers for
that one. Each file is compared with the commit's tree by digest instead.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from analysis.environment import LATEST
from analysis.importing import importable
from audit.ledger.ledger import Commit as Commit

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

FORGES = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
"""Hosts of code that anyone can reach, though not every repository there is public."""

TAKES_PART = (
    *(f"{folder}/**/*" for folder in ("_extensions", "chapters", "data_contracts")),
    "data/published/*", "data/proofs/*", "data/synthetic/*", "data/*.txt",
    "*.qmd", "*.toml", "*.bib", "_quarto*", "_environment*", "_metadata*", "_variables*",
    "matplotlibrc",
)  # fmt: skip
"""What a build reads of a project, as patterns from its root: a file of these that the commit
lacks is a change, even where git is told to ignore it, and so is any that can be imported."""
BOOKS = ("_book", "_book-page", "_book-summary")
"""Folders of finished books, one for each edition; they hold released values alone."""
MADE = ("__pycache__", ".ipynb_checkpoints", *BOOKS, "_exhibits")
"""Folders that a build, Python or Jupyter writes itself."""
_LINK = "120000"
"""Git's mode of a symbolic link, of which a commit holds the target's path alone."""
_CEILING = "GIT_CEILING_DIRECTORIES"
"""The one variable of git that is handed on: it can only keep git from looking further."""


def read_commit(root: Path) -> Commit:
    """Return the commit checked out at `root`."""
    found = _head(root)
    if found is None:
        return Commit(None, None, clean=False)
    return Commit(*found, clean=next(_changes(root), None) is None)


def changes(root: Path) -> tuple[str, ...]:
    """Return what differs between the files at `root` and the commit checked out there, sorted.

    Returns
    -------
    tuple of str
        A path from the root with what is the matter with it: "changed", "missing", "not in
        the commit", or "a link to what is not in the commit". Empty outside a checkout: there is
        nothing to compare with.
    """
    return tuple(sorted(_changes(root))) if _head(root) else ()


def enclosing_repository(root: Path) -> Path | None:
    """Return the repository that `root` lies inside of without being its top level, if any."""
    top = _git(root, "rev-parse", "--show-toplevel")
    if not top or not top.strip():
        return None
    found = Path(top.rstrip("\r\n"))
    return None if _same_folder(found, root) else found


def history(root: Path) -> tuple[Path, ...]:
    """Return the files that change whenever another commit is checked out or made."""
    named = (_git(root, "rev-parse", "--git-path", name) for name in ("HEAD", "logs/HEAD"))
    return tuple(root / path.strip() for path in named if path and path.strip())


def _same_folder(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _head(root: Path) -> tuple[str, int] | None:
    """Return hash and time of the commit checked out; None where `root` is no top level."""
    shown = _git(root, "log", "-1", "--format=%H %ct")
    if not shown or not shown.strip() or enclosing_repository(root):
        return None
    identity, seconds = shown.split()
    return identity, min(int(seconds), LATEST)


def _trees_hold(root: Path) -> bool:
    """Whether each folder of the commit's tree has the hash by which it is named.

    Git itself checks only the uppermost: another object could lie under the name of one below.
    """
    listed = _git(root, "ls-tree", "-r", "-d", "-z", "--full-tree", "HEAD") or ""
    names = [entry.partition("\t")[0].split()[2] for entry in filter(None, listed.split("\0"))]
    asked = "\n".join(["HEAD", "HEAD^{tree}", *names])
    rest = run_git(root, "cat-file", "--batch", fed=f"{asked}\n".encode()).stdout
    for _ in range(len(names) + 2):
        head, _, rest = rest.partition(b"\n")
        digest, kind, size = head.split()
        content, rest = rest[: int(size)], rest[int(size) + 1 :]
        made = hashlib.new("sha1" if len(digest) == 40 else "sha256", usedforsecurity=False)
        made.update(b"%s %s\0%s" % (kind, size, content))
        if made.hexdigest().encode() != digest:
            return False
    return True


def _changes(root: Path) -> Iterator[str]:
    listed = _git(root, "ls-tree", "-r", "-z", "--full-tree", "HEAD")
    if listed is None:
        yield "the commit's tree cannot be read"
        return
    committed: dict[str, tuple[str, str]] = {}
    for entry in filter(None, listed.split("\0")):
        about, _, name = entry.partition("\t")
        mode, kind, digest = about.split()
        if kind == "blob":
            committed[name] = (mode, digest)
    if not _trees_hold(root):
        yield "a folder in the commit's tree is not what its hash says"
    for name, (mode, digest) in committed.items():
        found = _blob(root / name, mode, len(digest))
        if found != digest:
            yield f"{name}: {'missing' if found is None else 'changed'}"
        elif mode == _LINK and not _leads_to(root, name, committed):
            yield f"{name}: a link to what is not in the commit"
    others = (_git(root, "ls-files", "-z", "--others", "--exclude-standard") or "").split("\0")
    for name in sorted({*filter(None, others), *_taking_part(root)} - committed.keys()):
        yield f"{name}: not in the commit"


def _leads_to(root: Path, name: str, committed: Container[str]) -> bool:
    """Whether a link leads to a committed file, or to a folder of the project, if anywhere."""
    target = (root / name).resolve()
    if not target.exists():
        return True
    inside = target.is_relative_to(root.resolve())
    return inside and (
        target.is_dir() or target.relative_to(root.resolve()).as_posix() in committed
    )


def _taking_part(root: Path) -> Iterator[str]:
    yield from (path.relative_to(root).as_posix() for path in importable(root))
    for pattern in TAKES_PART:
        for path in root.glob(pattern):
            name = path.relative_to(root)
            if path.is_file() and not set(name.parts) & set(MADE):
                yield name.as_posix()


def _blob(path: Path, mode: str, length: int) -> str | None:
    """Return the digest that git gives a file's bytes as they are; None where there is none."""
    try:
        link = mode == _LINK and path.is_symlink()
        data = os.fsencode(os.readlink(path)) if link else path.read_bytes()
    except OSError:
        return None
    whole = b"blob %d\0" % len(data) + data
    sha1 = len(hashlib.sha1(usedforsecurity=False).hexdigest())
    # Git's own name of the contents: SHA-1, in newer repositories SHA-256.
    made = hashlib.sha1(whole, usedforsecurity=False) if length == sha1 else hashlib.sha256(whole)
    return made.hexdigest()


def public_repository(root: Path, declared: str = "") -> str:
    """Return the address at which everybody can read this commit; empty where there is none.

    Parameters
    ----------
    declared
        What the book says of itself: `repo-url` in `_quarto.yml`. It goes before git's own
        `origin`, which counts only at a forge known to be public, and once the commit is there.

    Examples
    --------
    >>> public_repository(Path(), "https://token@git.example.org/a/report.git")
    'https://git.example.org/a/report'
    """
    if declared:
        return _web_address(declared)
    origin = _web_address((_git(root, "remote", "get-url", "origin") or "").strip())
    if urlsplit(origin).hostname not in FORGES:
        return ""
    holding = _git(root, "branch", "-r", "--contains", "HEAD") or ""
    return origin if any(line.strip().startswith("origin/") for line in holding.split("\n")) else ""


def _web_address(remote: str) -> str:
    """Return an https address without the name and password it may hold; empty for any other."""
    parts = urlsplit(remote)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme != "https" or not host:
        return ""
    return f"https://{host}{parts.path.rstrip('/').removesuffix('.git')}"


_PLAIN = {
    # Either would show another tree, or other ancestors, under a commit's hash.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
}
_SETTINGS = [
    each
    for setting in (
        "log.showSignature=false",
        "core.commitGraph=false",  # a copy of the history that git believes
        "core.fsmonitor=false",
        f"core.hooksPath={os.devnull}",
    )
    for each in ("-c", setting)
]
"""What a clone's own settings could run, or have git believe instead of what it holds."""


def run_git(
    root: Path, *arguments: str, stated: Mapping[str, str] | None = None, fed: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run git so that it answers for a folder's own repository, and for what that really holds.

    Parameters
    ----------
    stated
        Variables of git for this command; none are inherited.
    fed
        What the command reads.

    Raises
    ------
    FileNotFoundError
        If git is not installed.
    """
    chosen = {**_PLAIN, **(stated or {})}
    return subprocess.run(
        ["git", "-C", str(root), *_SETTINGS, *arguments],
        capture_output=True,
        input=fed,
        check=False,
        env={**without_git(os.environ), **chosen},
    )


def without_git(given: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what would have git answer for another repository."""
    return {n: v for n, v in given.items() if not n.startswith("GIT_") or n == _CEILING}


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = run_git(root, *arguments)
    except FileNotFoundError:
        return None
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None


def standing(root: Path, commit: str | None) -> str:
    """Say what keeps the lines of `commit` from being those that lie at `root`; empty if nothing.

    Parameters
    ----------
    commit
        The hash that a ledger names; None where it was built outside version control.
    """
    if commit is None:
        return "it was built outside version control: its lines belong to no commit"
    found = _head(root)
    if found is None:
        return f"this folder has no history: lines are those of commit {commit[:12]}"
    head = found[0]
    if head == commit:
        return ""
    if _git(root, "cat-file", "-e", f"{commit}^{{commit}}") is not None:
        return (
            f"checked out is {head[:12]}; lines are those of {commit[:12]}: "
            f"`git show {commit[:12]}:FILE` shows them"
        )
    shallow = (_git(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true"
    remedy = "`git fetch --unshallow`" if shallow else "`git fetch`"
    kind = "this clone is shallow and" if shallow else "this clone"
    return f"{kind} lacks commit {commit[:12]}, whose lines these are: {remedy} may bring it"
