"""Explain why a build repeated each step, by comparing its inputs with the last build's."""

from __future__ import annotations

import csv
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.atomic_write import write_whole
from report.reuse.last_build import BUILDS, differing

if TYPE_CHECKING:
    from report.reuse.build_cache import Outputs, PressCache
    from report.reuse.inputs import Asked
    from report.reuse.results import Results

Counts = dict[str, tuple[int, int]]
"""By step, how many files were made and how many reused."""
AUDIT = "audit pages"
FORMATS = "Word, workbook and pictures"
PDF = "pdf"
LISTED = 12
"""Most reasons that are listed; the number of the others follows."""
_MARK = 8  # hexadecimal digits to distinguish the values of a column


@dataclass
class Steps:
    """The inputs of the steps of a build.

    Attributes
    ----------
    files
        Digests of the inputs, as returned by `report.reuse.inputs.gather`.
    parts
        Digests of the values in each column of the extract's tables, and of each key of settings.
    nodes, code, chapters
        As in `Results.rests_on`, the digests of definitions, and as in `Outputs.rests_on`.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    nodes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)
    chapters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def write(self, root: Path, asked: Asked) -> None:
        """Store them, to explain the next build of the same kind."""
        path = _path(root, asked)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(vars(self)).encode())


def steps_before(root: Path, asked: Asked) -> Steps:
    """Return the inputs of the steps of the last build of a kind, as far as known."""
    try:
        return Steps(**json.loads(_path(root, asked).read_bytes()))
    except (OSError, ValueError, TypeError):
        return Steps()


def steps_now(
    root: Path, files: Mapping[str, str], before: Steps, results: Results, outputs: Outputs
) -> Steps:
    """Return the inputs of the steps of this build."""
    code = results.definitions() if results.nodes else before.code
    nodes = results.nodes.rests_on if results.nodes else before.nodes
    return Steps(files, _parts(root, files, before, results), nodes, code, outputs.rests_on)


def explained(
    before: Steps,
    now: Steps,
    results: Results,
    outputs: Outputs,
    press: PressCache,
    counts: Counts,
) -> Iterator[str]:
    """Yield for each step whether it was reused, or why it was repeated."""
    yield "why each step was repeated or reused:"
    changed = list(_inputs(before, now))
    known = f"{len(changed)} changed" if before.files else "no earlier build to compare with"
    yield f"  inputs: {known}"
    yield from _few(changed if before.files else [])
    computed = results.nodes.computed if results.nodes else []
    if results.nodes is None:
        yield "  results: all reused, as nothing that any of them rests on has changed"
    else:
        yield f"  results: {len(computed)} computed, {len(now.nodes) - len(computed)} reused"
    yield from _few([f"{name}: {_why_node(name, before, now, results)}" for name in computed])
    yield f"  cells of chapters: {len(outputs.made)} run, {len(outputs.taken)} reused"
    yield from _few([f"{path}: {_why_chapter(path, before, now)}" for path in outputs.made])
    made, taken = len(press.missed), len(press.taken)
    yield f"  pages: {made} texts and pages read and written, {taken} reused"
    yield from _counted(counts)
    yield "  ledger, index of exhibits and seal: repeated, because they name every input"


def _counted(counts: Counts) -> Iterator[str]:
    """Yield what was made, and what reused, by the steps after the pages."""
    of = {AUDIT: "exhibits, code, data or commit", FORMATS: "text, data or drawing"}
    for step, differ in of.items():
        made, reused = counts.get(step, (0, 0))
        why = f" because of other {differ}" if made and reused else ""
        if made or reused:
            yield f"  {step}: {made} made{why}, {reused} reused"
    if PDF in counts:
        typeset, _ = counts[PDF]
        yield (
            "  PDF: typeset again, because of other text, template, pictures, fonts or date"
            if typeset
            else "  PDF: reused as typeset, and sealed again"
        )


def _inputs(before: Steps, now: Steps) -> Iterator[str]:
    for line in differing(before.files, now.files):
        name, _, how = line.partition(": ")
        path = name.removeprefix("file ").removeprefix("extract ")
        detail = _detail(before.parts.get(path), now.parts.get(path))
        yield f"{name}: {how}{f': {detail}' if detail else ''}"


def _detail(before: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> str:
    """Return the columns or keys of a file that changed, with the number of changed values."""
    if before is None or now is None:
        return ""
    said = [f"{name} is {'new' if name in now else 'gone'}" for name in before.keys() ^ now.keys()]
    for name in before.keys() & now.keys():
        old, new = before[name], now[name]
        if old == new:
            continue
        if not isinstance(new, list):
            said.append(f"key {name}")
        elif len(old) != len(new):
            said.append(f"{len(new) - len(old):+} rows")
        else:
            count = sum(a != b for a, b in zip(old, new, strict=True))
            said.append(f"column {name}: {count} value{'s' * (count > 1)}")
    return ", ".join(sorted(set(said)))


def _why_node(name: str, before: Steps, now: Steps, results: Results) -> str:
    old, new = before.nodes.get(name), now.nodes[name]
    if old is None:
        known = "it was not in the cache"
        return known if before.nodes else "the last build did not note what it rests on"
    reasons = []
    if old["conditions"] != new["conditions"]:
        reasons.append("another interpreter, package or stated environment")
    if old["code"] != new["code"]:
        reached = results.reached(name)
        others = [key for key in reached if before.code.get(key) != now.code.get(key)]
        reasons.append(
            f"code of {', '.join(others[:3])}"
            if others
            else "code that it no longer uses, or that a module runs when it is imported"
        )
    needs = old["needs"].keys() | new["needs"].keys()
    others = sorted(n for n in needs if old["needs"].get(n) != new["needs"].get(n))
    if others:
        named = [_with_files(need, before, now, results) for need in others]
        reasons.append(f"{', '.join(named)} changed")
    return "; ".join(reasons) or "its entry in the cache was altered"


def _with_files(need: str, before: Steps, now: Steps, results: Results) -> str:
    """Return the name of what a node takes; of a folder, with the files that are others."""
    covered = results.covered(need)
    files = [
        line.partition(": ")[0].removeprefix("file ").removeprefix("extract ")
        for line in differing(before.files, now.files)
    ]
    held = [name for name in files if name in covered]
    if not held:
        return need
    more = f" and {len(held) - 3} more" if len(held) > 3 else ""
    return f"{need} ({', '.join(held[:3])}{more})"


def _why_chapter(path: str, before: Steps, now: Steps) -> str:
    old, new = before.chapters.get(path), now.chapters.get(path)
    if new is None:
        return "it contains code that does more than show exhibits"
    if old is None:
        return "it was not in the cache"
    reasons = []
    if old["runner"] != new["runner"]:
        reasons.append("the code that runs cells, or a package")
    if old["code"] != new["code"]:
        reasons.append("its cells, options or front matter")
    others = [n for n, digest in new["shown"].items() if old["shown"].get(n, digest) != digest]
    if others:
        reasons.append(f"{', '.join(others[:3])} shows something else")
    return "; ".join(reasons) or "its entry in the cache was altered"


def _few(lines: list[str]) -> Iterator[str]:
    yield from (f"    {line}" for line in lines[:LISTED])
    if len(lines) > LISTED:
        yield f"    and {len(lines) - LISTED} more"


def _parts(
    root: Path, files: Mapping[str, str], before: Steps, results: Results
) -> dict[str, Mapping[str, Any]]:
    """Return digests of the columns of the extract's tables, and of the keys of settings."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(results.evaluation.directory.glob("*.csv")):
        within = path.is_relative_to(root)
        name = path.relative_to(root) if within else Path(path.name)
        key = f"{'file' if within else 'extract'} {name.as_posix()}"
        if key in files and files[key] == before.files.get(key) and name.as_posix() in before.parts:
            found[name.as_posix()] = before.parts[name.as_posix()]
            continue
        try:
            rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
            columns = zip(*rows, strict=True)
            found[name.as_posix()] = {head: [*map(_digest, values)] for head, *values in columns}
        except (OSError, ValueError, csv.Error):  # validation reports the fault
            continue
    settings = tomllib.loads((root / "study.toml").read_text(encoding="utf-8"))
    found["study.toml"] = {key: _digest(repr(value)) for key, value in settings.items()}
    return found


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:_MARK]


def _path(root: Path, asked: Asked) -> Path:
    return root / BUILDS / f"{asked.digest[:16]}.steps"
