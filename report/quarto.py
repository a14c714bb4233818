"""Quarto as the engine of a build: found, held to its version, run through its command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ChapterFailed, ConfigurationError
from press.project.placing import OLD, aside, check_target, swap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from press.project.project import Project

ENGINES = ("auto", "quarto", "embedded")
OLDEST = (1, 9)
"""The first Quarto that makes a book with Typst."""

WITHIN_BUILD = "REPORT_BUILDING"
"""Environment variable that tells the hooks of `_quarto.yml` that a build does their work."""

LEFT_BEHIND = ("index.typ",)
"""Files that Quarto leaves in the project where a PDF could not be made."""

_LINES = 20
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TYPST = re.compile(r"(?:^|\.\.\.)error: ")
_UNRESOLVED = re.compile(r"Unable to resolve (?:crossref|link target:?) (\S+)")


@dataclass(frozen=True)
class Quarto:
    """A Quarto that can render this book."""

    program: str
    version: str


def choose(engine: str) -> Quarto | None:
    """Return the Quarto to render with; None for the embedded press.

    Parameters
    ----------
    engine
        Of `ENGINES`. "auto" takes Quarto where one that is new enough is on PATH.

    Raises
    ------
    ConfigurationError
        There is no such engine, or Quarto was asked for and is missing or too old.
    """
    if engine not in ENGINES:
        raise ConfigurationError(
            f"there is no engine '{engine}'", place="--engine", remedy=f"use {', '.join(ENGINES)}"
        )
    found = None if engine == "embedded" else find()
    new_enough = found is not None and _numbers(found.version) >= OLDEST
    if engine == "quarto" and not new_enough:
        oldest = ".".join(map(str, OLDEST))
        seen = f"Quarto {found.version} is too old" if found else "there is no quarto on PATH"
        raise ConfigurationError(
            seen,
            place="--engine",
            remedy=f"install Quarto {oldest} or newer, or use --engine embedded",
        )
    return found if new_enough else None


def find() -> Quarto | None:
    """Return the Quarto on PATH, whatever its version."""
    program = shutil.which("quarto")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return Quarto(program, "of no version")
    return Quarto(program, done.stdout.strip() or "of no version")


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


@dataclass(frozen=True)
class Rendering:
    """What to render, and how.

    Parameters
    ----------
    project
        The book, as the active profiles have it.
    formats
        Of "html" and "pdf".
    target
        The folder the book goes to.
    environment
        Variables for Quarto and its kernels.
    """

    project: Project
    formats: Sequence[str]
    target: Path
    environment: Mapping[str, str]


def render(quarto: Quarto, asked: Rendering, finish: Callable[[Path], None]) -> tuple[Path, ...]:
    """Render a book with Quarto; return its home page and its PDF, where there are such.

    As with the press, the new book takes the place of the old one only when it is whole.

    Raises
    ------
    ChapterFailed
        Quarto stopped, or passed over a reference or a link that leads nowhere.
    """
    root, target = asked.project.root, asked.target.resolve()
    check_target(asked.project, target)
    with aside(target) as folder:
        new = folder / "book"
        with _swept(root):
            _run(quarto, asked, os.path.relpath(new, root))
        finish(new)
        swap(new, target, folder / OLD)
    home = [target / "index.html"] if "html" in asked.formats else []
    return (*home, *sorted(target.glob("*.pdf")))


@contextmanager
def _swept(root: Path) -> Iterator[None]:
    """Remove what a failing Quarto leaves in the project and was not there before."""
    own = {name for name in LEFT_BEHIND if (root / name).exists()}
    try:
        yield
    finally:
        for name in set(LEFT_BEHIND) - own:
            (root / name).unlink(missing_ok=True)


def _run(quarto: Quarto, asked: Rendering, out: str) -> None:
    names = {"html": asked.project.format("html").name, "pdf": asked.project.format("typst").name}
    for name in asked.formats:
        arguments = ["render", "--to", names[name], "--output-dir", out, "--no-clean"]
        if asked.project.profiles:
            arguments += ["--profile", ",".join(asked.project.profiles)]
        done = subprocess.run(
            [quarto.program, *arguments, "--no-execute-daemon"],
            cwd=asked.project.root,
            env=_environment(asked.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        _check(quarto, names[name], done.returncode, _COLOUR.sub("", done.stdout))


def _check(quarto: Quarto, name: str, code: int, log: str) -> None:
    if code != 0:
        raise ChapterFailed(
            "\n".join([f"Quarto {quarto.version} could not render {name}:", *_cause(log)]),
            remedy="correct what Quarto names above, or build without Quarto: --engine embedded",
        )
    nowhere = sorted(set(_UNRESOLVED.findall(log)))
    if nowhere:
        raise ChapterFailed(
            f"these lead nowhere: {', '.join(nowhere)}",
            remedy="correct the label or address, or label what it should name",
        )


def _cause(log: str) -> list[str]:
    """Return the lines from Typst's first error on, or else the last lines of a log."""
    lines = [line for line in log.splitlines() if line.strip()]
    start = next((n for n, line in enumerate(lines) if _TYPST.search(line)), None)
    return lines[-_LINES:] if start is None else lines[start : start + _LINES]


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment, so set that Quarto runs this Python and no hook."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {
        **os.environ,
        "PATH": path,
        "QUARTO_PYTHON": sys.executable,
        WITHIN_BUILD: "1",
        **given,
    }
