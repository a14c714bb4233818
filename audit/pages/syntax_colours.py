"""Syntax highlighting of code as HTML, computed once per file and cached between builds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

import pygments

from analysis.importing import code_file

_PLAIN = re.compile(r'<span class="(?:n|nn|nv|o|p|w|fm|esc)">([^<]*)</span>')
"""Tokens that have no colour of their own."""
_KEPT = 600
"""Most entries that are kept, of this build or earlier ones: a few states of a project."""
_OWN_CODE = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


class Colours:
    """The highlighted lines of files below a folder.

    Parameters
    ----------
    root
        The folder.
    cache
        Cache file of the last build, which keys each entry by a digest of the source file, this
        module and the library's version, so that none can be stale; None for no cache.
    """

    def __init__(self, root: Path, cache: Path | None = None) -> None:
        self._root = root
        self._cache = cache
        self._digests: dict[str, str] = {}
        self._used: dict[str, list[str]] = {}

    @cached_property
    def _known(self) -> dict[str, list[str]]:
        # Not read by a build in which every page is reused.
        return _read(self._cache) if self._cache is not None and self._cache.is_file() else {}

    def lines(self, file: str) -> list[str]:
        """Return a file's lines as HTML."""
        if file not in self._digests:
            text = code_file(self._root, file).read_text(encoding="utf-8")
            said = f"{pygments.__version__} {_OWN_CODE} {file} {text}"
            digest = hashlib.sha256(said.encode()).hexdigest()
            self._used[digest] = self._known.get(digest) or _coloured(file, text)
            self._digests[file] = digest
        return self._used[self._digests[file]]

    def entries(self, files: Iterable[str]) -> dict[str, tuple[str, list[str]]]:
        """Return the key and the highlighted lines of each file, for another process."""
        return {file: (self._digests[file], lines) for file in files if (lines := self.lines(file))}

    def take(self, entries: Mapping[str, tuple[str, list[str]]]) -> None:
        """Take over what another process has highlighted."""
        for file, (digest, lines) in entries.items():
            self._digests[file], self._used[digest] = digest, lines

    def write(self) -> None:
        """Add new entries to the cache, and remove the oldest if there are too many.

        A build in which every page is reused uses none, and those of the last build stay.
        """
        if self._cache is not None and not self._used.keys() <= self._known.keys():
            self._cache.parent.mkdir(parents=True, exist_ok=True)
            earlier = {key: each for key, each in self._known.items() if key not in self._used}
            kept = list({**earlier, **self._used}.items())[-_KEPT:]
            entries = {digest: [_digest(lines), *lines] for digest, lines in kept}
            self._cache.write_text(json.dumps(entries), encoding="utf-8")


def _read(cache: Path) -> dict[str, list[str]]:
    """Return the cached entries that are intact; the others are computed again."""
    try:
        found = dict(json.loads(cache.read_text(encoding="utf-8")))
        return {digest: lines for digest, (own, *lines) in found.items() if own == _digest(lines)}
    except (OSError, ValueError, TypeError):
        return {}


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _coloured(file: str, text: str) -> list[str]:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer, TOMLLexer

    lexer = TOMLLexer if file.endswith(".toml") else PythonLexer
    coloured = highlight(text, lexer(stripnl=False), HtmlFormatter(nowrap=True))
    return _PLAIN.sub(r"\1", coloured).splitlines()
