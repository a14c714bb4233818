"""HTML from the templates in this folder; everything not marked as HTML is escaped."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARTS = re.compile(
    r"`(?P<code>[^`]+)`|\$(?P<formula>[^$\s][^$]*)\$|\*\*(?P<strong>[^*\s][^*]*)\*\*"
    r"|(?<!\w)\*(?P<em>[^*\s][^*]*)\*|\\(?P<sign>[^\w\s])|\[(?P<cited>@[^\]]+)\]"
)
_DIGEST = re.compile("^([0-9a-f]{32})([0-9a-f]{32})$")
_TAGS = {
    "code": Markup("<code>{}</code>"),
    "formula": Markup("<code>{}</code>"),
    "strong": Markup("<strong>{}</strong>"),
    "em": Markup("<em>{}</em>"),
    "sign": Markup("{}"),
    "cited": Markup("({})"),
}


def render(template: str, **values: Any) -> Markup:
    """Return a template rendered with the given values; a missing name is an error."""
    made = _environment().get_template(template).render(**values)
    return Markup(made)  # noqa: S704 - the template has escaped all that it was given


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["markdown"] = printed_text
    made.filters["thousands"] = thousands
    made.filters["divided"] = divided
    made.filters["last"] = lambda dotted, sign=".": str(dotted).rpartition(sign)[2]
    return made


def thousands(value: int | str) -> str:
    """Return a count with separators for thousands; any text in its place is unchanged."""
    return f"{value:,}" if isinstance(value, int) else value


def divided(cell: str) -> str:
    """Return a cell in which a digest may break in the middle; any other text is unchanged."""
    whole = _DIGEST.match(str(cell))
    return Markup("{}<wbr>{}").format(*whole.groups()) if whole else cell


def printed_text(
    markdown: str,
    sources: Mapping[str, str] | None = None,
    formulas: Mapping[str, Markup] | None = None,
) -> Markup:
    r"""Return the text of a cell, a note or a sentence as HTML.

    Only Markdown's emphasis, code, formulas and citations are converted.

    Parameters
    ----------
    sources
        How the book cites each source, by key; a missing key is left as it is.
    formulas
        MathML of each formula, by its TeX; a missing formula is left as TeX.

    Examples
    --------
    >>> print(printed_text("As published [@a2020, Table 1; @b2021].", {"a2020": "A 2020"}))
    As published (A 2020, Table 1; b2021).
    >>> print(printed_text(r"*p* < 0.05 by `fit`, 5\* more"))
    <em>p</em> &lt; 0.05 by <code>fit</code>, 5* more
    >>> print(printed_text("3 * 4 * 5"))
    3 * 4 * 5
    """
    parts, here = [], 0
    for found in _PARTS.finditer(markdown):
        parts.append(escape(markdown[here : found.start()]))
        kind = str(found.lastgroup)
        if kind == "formula" and found[kind] in (formulas or {}):
            parts.append((formulas or {})[found[kind]])
        else:
            words = _cited(found[kind], sources or {}) if kind == "cited" else found[kind]
            parts.append(_TAGS[kind].format(words))
        here = found.end()
    return Markup("").join([*parts, escape(markdown[here:])])


def _cited(keys: str, sources: Mapping[str, str]) -> str:
    """Return the text between the brackets of a citation, with each key as printed."""
    return re.sub(r"@([\w-]+)", lambda key: sources.get(key[1], key[1]), keys)
