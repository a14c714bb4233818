"""The commit from which a report is built, and whether the files match that commit.

Git's own status is not used: `git status` trusts flags in its index (`--assume-unchanged`,
`--skip-worktree`) and lists of ignored files, and inside another repository it answers for that
one. Instead each file is compared with the commit's tree by digest.
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
from audit.ledger.provenance import Commit as Commit

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

FORGES = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
"""Hosts of public code, although not every repository on them is public."""

TAKES_PART = (
    *(f"{folder}/**/*" for folder in ("_extensions", "chapters", "data_contracts")),
    "data/published/**/*", "data/proofs/**/*", "data/synthetic/**/*", "data/*.txt",
    "*.qmd", "*.toml", "*.bib", "_quarto*", "_environment*", "_metadata*", "_variables*",
    "matplotlibrc",
)  # fmt: skip
"""Files of a project that a build reads, as patterns from its root. Any of them that is not in
the commit counts as a change, even if git ignores it, and so does any importable module."""
BOOKS = ("_book", "_book-page", "_book-summary")
"""Folders of finished books, one for each edition; they contain only released values."""
MADE = ("__pycache__", ".ipynb_checkpoints", *BOOKS, "_exhibits")
"""Folders written by a build, Python or Jupyter."""
_LINK = "120000"
"""Git's mode of a symbolic link; the commit contains only the path of its target."""
_SHA1 = 40
_CEILING = "GIT_CEILING_DIRECTORIES"
"""The only git variable that is passed on: it can only limit where git looks."""


def read_commit(root: Path) -> Commit:
    """Return the commit checked out at `root`."""
    found = _head(root)
    if found is None:
        return Commit(None, None, clean=False)
    return Commit(*found, clean=next(_changes(root), None) is None)


def changes(root: Path) -> tuple[str, ...]:
    """Return the differences between the files at `root` and the commit checked out, sorted.

    Returns
    -------
    tuple of str
        Each is a path from the root with what is wrong: "changed", "missing", "not in the
        commit", or "a link to what is not in the commit". Empty outside a checkout, where there
        is nothing to compare with.
    """
    return tuple(sorted(_changes(root))) if _head(root) else ()


def enclosing_repository(root: Path) -> Path | None:
    """Return the repository that contains `root` below its top level; None if there is none."""
    top = _git(root, "rev-parse", "--show-toplevel")
    if not top or not top.strip():
        return None
    found = Path(top.rstrip("\r\n"))
    return None if _same_folder(found, root) else found


def history(root: Path) -> tuple[Path, ...]:
    """Return the files that change whenever another commit is checked out or created."""
    named = (_git(root, "rev-parse", "--git-path", name) for name in ("HEAD", "logs/HEAD"))
    return tuple(root / path.strip() for path in named if path and path.strip())


def _same_folder(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _head(root: Path) -> tuple[str, int] | None:
    """Return hash and time of the commit checked out; None if `root` is not a top level."""
    shown = _git(root, "log", "-1", "--format=%H %ct")
    if not shown or not shown.strip() or enclosing_repository(root):
        return None
    identity, seconds = shown.split()
    return identity, min(int(seconds), LATEST)


def trees_match(root: Path, commit: str = "HEAD") -> bool:
    """Return whether a commit and each tree object in it have the hash that names them.

    Git itself checks only the top level: lower down, another object could have the name.
    """
    listed = _git(root, "ls-tree", "-r", "-d", "-z", "--full-tree", commit) or ""
    names = [entry.partition("\t")[0].split()[2] for entry in filter(None, listed.split("\0"))]
    asked = "\n".join([commit, f"{commit}^{{tree}}", *names])
    rest = run_git(root, "cat-file", "--batch", fed=f"{asked}\n".encode()).stdout
    for _ in range(len(names) + 2):
        head, _, rest = rest.partition(b"\n")
        digest, kind, size = head.split()
        content, rest = rest[: int(size)], rest[int(size) + 1 :]
        if object_name(kind, content, len(digest)) != digest.decode():
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
    if not trees_match(root):
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
    """Return whether a link's target is a committed file, a project folder or missing."""
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
            # Nothing below a link to a folder is listed, so the link itself counts.
            if (path.is_file() or path.is_symlink()) and not set(name.parts) & set(MADE):
                yield name.as_posix()


def _blob(path: Path, mode: str, length: int) -> str | None:
    """Return git's digest of a file's bytes as they are; None if there is no file."""
    try:
        link = mode == _LINK and path.is_symlink()
        data = os.fsencode(os.readlink(path)) if link else path.read_bytes()
    except OSError:
        return None
    return object_name(b"blob", data, length)


def object_name(kind: bytes, data: bytes, length: int) -> str:
    """Return git's own name for some contents.

    Parameters
    ----------
    kind
        Of the object, such as ``b"blob"``.
    length
        Of the name in hexadecimal digits: 40 for SHA-1, 64 for SHA-256 in newer repositories.
    """
    algorithm = "sha1" if length == _SHA1 else "sha256"
    made = hashlib.new(algorithm, b"%s %d\0" % (kind, len(data)), usedforsecurity=False)
    made.update(data)
    return made.hexdigest()


def public_repository(root: Path, declared: str = "") -> str:
    """Return the address at which anyone can read this commit; empty if there is none.

    Parameters
    ----------
    declared
        The book's own statement: `repo-url` in `_quarto.yml`. It takes precedence over git's
        `origin`, which counts only on a known public forge that already has the commit.

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
    """Return an https address without any user name and password; empty for other schemes."""
    parts = urlsplit(remote)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme != "https" or not host:
        return ""
    return f"https://{host}{parts.path.rstrip('/').removesuffix('.git')}"


_PLAIN = {
    # Either would show another tree, or other ancestors, for a commit's hash.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
}
_SETTINGS = [
    each
    for setting in (
        "log.showSignature=false",
        "i18n.logOutputEncoding=UTF-8",
        "color.ui=false",
        "color.branch=false",
        "core.commitGraph=false",  # a copy of the history that git trusts
        "core.fsmonitor=false",
        f"core.hooksPath={os.devnull}",
    )
    for each in ("-c", setting)
]
"""Disables settings of a clone that could run code or make git trust something else."""


def run_git(
    root: Path, *arguments: str, stated: Mapping[str, str] | None = None, fed: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run git so that it answers for a folder's own repository and from its actual objects.

    Parameters
    ----------
    stated
        Git variables for this command; none are inherited.
    fed
        Standard input of the command.

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
    """Return an environment without variables that make git use another repository."""
    return {n: v for n, v in given.items() if not n.startswith("GIT_") or n == _CEILING}


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = run_git(root, *arguments)
    except FileNotFoundError:
        return None
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None


def line_caveat(root: Path, commit: str | None) -> str:
    """Return why the lines of `commit` may differ from those at `root`; empty if they do not.

    Parameters
    ----------
    commit
        The hash that a ledger names; None if it was built outside version control.
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
