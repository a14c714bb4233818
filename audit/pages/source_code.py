"""The project's code as highlighted, numbered HTML, and the addresses of its definitions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from analysis.study.toml_file import key_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from audit.ledger.ledger import Ledger
    from audit.pages.syntax_colours import Colours

STUDY = "study.toml"
FOLDER = "code"
_FORGE_LINES = {"bitbucket.org": "#lines-{first}:{last}"}
_FORGE_PATHS = {
    "gitlab": "/-/blob/{commit}/{file}",
    "codeberg.org": "/src/commit/{commit}/{file}",
    "bitbucket.org": "/src/{commit}/{file}",
}
"""By part of the host's name; all other hosts use the same form as GitHub."""


_PRE = Markup('<pre class="code" tabindex="0" role="region" aria-label="{}">{}</pre>')
_PLACE = Markup('<span id="{}"></span>')
_DEFINITION = Markup('<span class="definition" id="{}">{}{}</span>')
_HEADING = Markup('<h2 id="{0}">{0}</h2>\n{1}')


@dataclass(frozen=True)
class SourceCode:
    """The files of code that a ledger names, as they were when the report was built.

    Parameters
    ----------
    root
        The project's folder.
    ledger
        As read from its JSON.
    colours
        Highlighted lines of the project's files.
    """

    root: Path
    ledger: Ledger
    colours: Colours

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The modules that contain a definition in the ledger, from the project's root."""
        return tuple(sorted({at.file for at in self.ledger.code.values()}))

    @cached_property
    def settings(self) -> Mapping[str, range]:
        """The lines of `study.toml` that each part of the study occupies."""
        text = (self.root / STUDY).read_text(encoding="utf-8")
        heads = sorted(
            {line: key.partition(".")[0] for key, line in key_lines(text).items()}.items()
        )
        found: dict[str, range] = {}
        ends = [line for line, _ in heads[1:]] + [len(text.splitlines()) + 1]
        for (line, head), end in zip(heads, ends, strict=True):
            first = found[head].start if head in found else line
            found[head] = range(first, end)
        return {name: found[name] for name in self.ledger.settings if name in found}

    def block(self, file: str, first: int, last: int) -> Markup:
        """Return some lines of a file, numbered, as a block with its own scroll bar."""
        shown = numbered(self.colours.lines(file)[first - 1 : last], first)
        return _PRE.format(f"Code of {file}, lines {first} to {last}", shown)

    def page(self, file: str) -> str:
        """Return the path of the page that shows a module, relative to the audit folder."""
        return f"{FOLDER}/{file.removesuffix('.py').replace('/', '.')}.html"

    def address(self, key: str) -> str:
        """Return the address of a definition, relative to the audit folder."""
        return f"{self.page(self.ledger.code[key].file)}#{key.rpartition('.')[2]}"

    def forge(self, file: str, lines: Sequence[int]) -> str:
        """Return the forge's address of lines at the ledger's commit; empty if there is none."""
        commit = self.ledger.commit
        if not self.ledger.remote or not commit.id or not commit.clean:
            return ""
        return forge_address(self.ledger.remote, commit.id, file, lines)


def numbered(lines: Sequence[str], first: int) -> Markup:
    """Return highlighted HTML lines with line numbers that cannot be selected."""
    # The code contains the line ends, so that copied text keeps them.
    whole = "".join(
        f'<span class="line" data-line="{number}">{line}\n</span>'
        for number, line in enumerate(lines, start=first)
    )
    return Markup(whole)  # noqa: S704 - Pygments has escaped the lines


def forge_address(remote: str, commit: str, file: str, lines: Sequence[int]) -> str:
    """Return the address of a file's lines on a forge at a commit.

    Examples
    --------
    >>> forge_address("https://github.com/a/b", "0f", "x.py", [3, 9])
    'https://github.com/a/b/blob/0f/x.py#L3-L9'
    >>> forge_address("https://gitlab.com/a/b", "0f", "x.py", [3, 9])
    'https://gitlab.com/a/b/-/blob/0f/x.py#L3-9'
    """
    host = re.sub(r"^https://([^/]+)/.*", r"\1", remote)
    path = next(
        (form for part, form in _FORGE_PATHS.items() if part in host), "/blob/{commit}/{file}"
    )
    to = "#L{first}-{last}" if "gitlab" in host else _FORGE_LINES.get(host, "#L{first}-L{last}")
    return (
        remote
        + path.format(commit=commit, file=quote(file))
        + to.format(first=lines[0], last=lines[-1])
    )


def code_page_body(code: SourceCode, file: str) -> Markup:
    """Return a whole module as HTML, with a link target at each definition in the ledger."""
    lines = code.colours.lines(file)
    named: dict[tuple[int, int], list[str]] = {}
    for key, at in sorted(code.ledger.code.items()):
        if at.file == file:
            named.setdefault((at.first, at.last), []).append(key.rpartition(".")[2])
    parts, here = [], 1
    for (first, last), names in sorted(named.items()):
        parts.append(numbered(lines[here - 1 : first - 1], here))
        # One statement may define several names.
        also = Markup("").join(_PLACE.format(each) for each in names[1:])
        inner = numbered(lines[first - 1 : last], first)
        parts.append(_DEFINITION.format(names[0], also, inner))
        here = last + 1
    parts.append(numbered(lines[here - 1 :], here))
    return _PRE.format(f"Code of {file}", Markup("").join(parts))


def settings_body(code: SourceCode) -> Markup:
    """Return the parts of the study that exhibits depend on, and no others."""
    parts = []
    for name, lines in sorted(code.settings.items(), key=lambda item: item[1].start):
        inner = code.block(STUDY, lines.start, lines.stop - 1)
        parts.append(_HEADING.format(name, inner))
    return Markup("\n").join(parts)
