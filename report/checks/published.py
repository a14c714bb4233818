"""That what was published is cited where it is told, by the source that its data file names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analysis.errors import ChapterFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import Any

    from report.register import Use

KEY = re.compile(r"@([\w-]+)")
"""The key of a source in a citation."""


def check_citations(root: Path, used: Iterable[Use], values: Mapping[str, Any]) -> None:
    """Stop where a chapter shows a published number or sentence and does not cite its source.

    The exhibit names the source and section that `data/published` states for it.

    Raises
    ------
    ChapterFailed
        With the chapter, the line and the source to cite.
    """
    cited: dict[str, set[str]] = {}
    for use in used:
        source = getattr(values[use.name], "source", "")
        if not source:
            continue
        file = use.place.file
        if file not in cited:
            cited[file] = set(KEY.findall((root / file).read_text(encoding="utf-8")))
        for key in KEY.findall(source):
            if key not in cited[file]:
                raise ChapterFailed(
                    f"'{use.name}' was published in {source}, which this chapter does not cite",
                    place=str(use.place),
                    remedy=f"cite [@{key}] beside it, or correct its source in data/published/",
                )
