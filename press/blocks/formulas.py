r"""Rewrite LaTeX and MathJax commands that pandoc does not support as commands that it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from press.blocks.tex import Group, arguments, group_of, option, spelled
from press.chapter.source import Line, Source, in_code
from press.document import tree
from press.document.pandoc import document, write
from press.document.tree import Node, Nodes
from press.errors import ChapterError, Mistakes

# Replacements for commands, in TeX that pandoc supports.
_SYMBOLS = {
    "surd": r"\text{√}", "idotsint": r"\int\cdots\int ", "varlimsup": r"\overline{\lim}",
    "varliminf": r"\underline{\lim}", "varinjlim": r"\underrightarrow{\lim}",
    "varprojlim": r"\underleftarrow{\lim}", "injlim": r"\operatorname*{inj\,lim}",
    "projlim": r"\operatorname*{proj\,lim}", "thicksim": r"\sim ", "thickapprox": r"\approx ",
    "shortmid": r"\mid ", "shortparallel": r"\parallel ", "nshortmid": r"\nmid ",
    "nshortparallel": r"\nparallel ", "nleqq": r"\not\leqq ", "ngeqq": r"\not\geqq ",
    "nsubseteqq": r"\not\subseteqq ", "nsupseteqq": r"\not\supseteqq ", "lvertneqq": "≨",
    "gvertneqq": "≩", "varsubsetneqq": r"\subsetneqq ", "varsupsetneqq": r"\supsetneqq ",
    "varsupsetneq": r"\supsetneq ", "circledS": r"\text{Ⓢ}", "diagup": r"\mathbin{/}",
    "diagdown": r"\backslash ",
    "S": "§", "P": "¶", "copyright": "©", "degree": "°", "LaTeX": r"\text{LaTeX}",
    "TeX": r"\text{TeX}", "vcentcolon": ":", "thinspace": r"\, ", "medspace": r"\: ",
    "thickspace": r"\; ", "negthinspace": r"\! ", "negmedspace": r"\! ", "negthickspace": r"\! ",
    "limits": "", "nolimits": "", "notag": "", "strut": "", "mathstrut": "",
}  # fmt: skip
# Replacements for commands with arguments; `{0}` is the first argument, including its braces.
_FORMS = {
    "cfrac": (2, r"\dfrac{0}{1}"), "dbinom": (2, r"\binom{0}{1}"), "tbinom": (2, r"\binom{0}{1}"),
    "smash": (1, "{0}"), "vphantom": (1, ""), "hphantom": (1, r"\phantom{0}"),
    "fbox": (1, r"\boxed{{\text{0}}}"), "mathinner": (1, "{0}"), "raisebox": (2, r"\text{1}"),
    "textcolor": (2, "{1}"), "colorbox": (2, r"\text{1}"), "rule": (2, ""),
    "underleftrightarrow": (1, r"\underset{{\leftrightarrow}}{0}"),
    "sideset": (3, "{{}}{0.bare}{2.bare}{1.bare}"), "intertext": (1, r"\text{0}\\"),
    "shortintertext": (1, r"\text{0}\\"), "tag": (1, r"\qquad\text{{({0.bare})}}"),
    "tag*": (1, r"\qquad\text{0}"), "xmapsto": (1, r"\overset{0}{{\mapsto}}"),
    "xhookrightarrow": (1, r"\overset{0}{{\hookrightarrow}}"),
    "xhookleftarrow": (1, r"\overset{0}{{\hookleftarrow}}"),
    "xleftrightarrow": (1, r"\overset{0}{{\leftrightarrow}}"),
    "bra": (1, r"\left\langle{0}\right|"), "ket": (1, r"\left|{0}\right\rangle"),
    "braket": (1, r"\left\langle{0}\right\rangle"),
    "xRightarrow": (1, r"\overset{0}{{\Rightarrow}}"),
    "xLeftarrow": (1, r"\overset{0}{{\Leftarrow}}"),
}  # fmt: skip
_FONTS = {
    "rm": "mathrm", "bf": "mathbf", "it": "mathit", "sf": "mathsf", "tt": "mathtt",
    "cal": "mathcal", "Bbb": "mathbb", "frak": "mathfrak",
}  # fmt: skip
_FRACTIONS = {"over": r"\frac{%s}{%s}", "atop": r"\substack{%s \\ %s}"}
_ENVIRONMENTS = {
    "dcases": (r"\begin{cases}", r"\end{cases}"),
    "rcases": (r"\left.\begin{matrix}", r"\end{matrix}\right\}"),
    "drcases": (r"\left.\begin{matrix}", r"\end{matrix}\right\}"),
    "vmatrix": (r"\left|\begin{matrix}", r"\end{matrix}\right|"),
    "Vmatrix": (r"\left\|\,\begin{matrix}", r"\end{matrix}\,\right\|"),
    "subequations": ("", ""),
    "subarray": (r"\substack{", "}"),
}
_OPERATOR = re.compile(r"\s*\\(?:text|textrm|mathrm|rm)\b\s*\{?([^{}\\]*)\}?\s*")
_COLOURS = re.compile(r"\\(?:text)?color(?:box)?\b")
_WORDS = frozenset(["text", "textrm", "textbf", "textit", "texttt", "textsf", "mbox"])
_ANY = re.compile(
    r"\\(?:begin\s*\{(?:" + "|".join(_ENVIRONMENTS) + r")\}|(?:"
    + "|".join(map(re.escape, (*_SYMBOLS, *_FORMS, *_FONTS, *_FRACTIONS)))
    + r"|mathop|unicode|hdotsfor)(?![A-Za-z])|\\\\)|\{,\}"
)  # fmt: skip
# A number whose commas are not followed by a space, as those of a list are.
_THOUSANDS = re.compile(r"\d+(?:\{,\}\d+)+(?:\.\d+)?")
_DEFINES = re.compile(
    r"\\(?:(?:re|provide)?newcommand|newcommand|renewcommand|providecommand|def|let"
    r"|DeclareMathOperator)\b"
)


def with_plain_formulas(blocks: Nodes, source: Source, found: Mistakes) -> Nodes:
    """Rewrite formulae in TeX that pandoc supports, for both formats."""

    def visit(node: Node) -> Node | None:
        if node["t"] != "Math" or not _ANY.search(node["c"][1]):
            return None
        tex = node["c"][1]
        if _COLOURS.search(tex):
            place = source.location_of(re.escape(_first_line(tex)))
            found.warn(f"{place}: the colours of the formula {tex.strip()[:40]} are not set")
        return {"t": "Math", "c": [node["c"][0], plain_formula(tex)]}

    return list(tree.walk(blocks, visit))


def plain_formula(tex: str) -> str:
    r"""Rewrite a formula in TeX that pandoc supports.

    Examples
    --------
    >>> plain_formula(r"{\rm d}x \over \cfrac{1}{2} \notag")
    '\\frac{{\\mathrm{ d}}x }{ \\dfrac{1}{2} }'
    """
    tex = _THOUSANDS.sub(lambda found: rf"\text{{{found[0].replace('{,}', ',')}}}", tex)
    return _plain(_in_rows(group_of(tex)))


def _in_rows(group: Group) -> Group:
    """Wrap a formula with line breaks outside any environment in `gathered`.

    LaTeX ignores a line break at the end of a formula of one line.
    """
    depth = 0
    ends = [-1]
    for at, part in enumerate(group):
        depth += {r"\begin": 1, r"\left": 1, r"\end": -1, r"\right": -1}.get(str(part), 0)
        if part == r"\\" and depth == 0:
            ends.append(at)
    if len(ends) == 1:
        return group
    rows = [
        group[option(group, start + 1) if start >= 0 else 0 : end]
        for start, end in zip(ends, [*ends[1:], len(group)], strict=True)
    ]
    while rows and not spelled(rows[-1]).strip():
        rows.pop()
    if len(rows) < 2:
        return rows[0] if rows else []
    inner: Group = []
    for row in rows:
        inner += [*([r"\\"] if inner else []), *row]
    return [r"\begin", ["gathered"], *inner, r"\end", ["gathered"]]


def _plain(group: Group) -> str:
    for at, part in enumerate(group):
        name = part[1:] if isinstance(part, str) and part.startswith("\\") else ""
        if name in _FRACTIONS:
            return _FRACTIONS[name] % (_plain(group[:at]), _plain(group[at + 1 :]))
        if name in _FONTS:
            return _plain(group[:at]) + f"\\{_FONTS[name]}{{{_plain(group[at + 1 :])}}}"
    out = ""
    at = 0
    while at < len(group):
        words, at = _part(group, at)
        out += words
    return out


def _part(group: Group, at: int) -> tuple[str, int]:
    """Rewrite the token at a position of a formula; return the result and the next position."""
    part = group[at]
    if isinstance(part, list):
        return "{" + _plain(part) + "}", at + 1
    name = part[1:] if part.startswith("\\") else ""
    if name in _WORDS:
        given, after = arguments(group, at + 1, 1)
        return part + "".join("{" + spelled(one) + "}" for one in given), after
    if name in ("begin", "end"):
        given, after = arguments(group, at + 1, 1)
        environment = spelled(given[0]) if given else ""
        if environment == "subarray" and name == "begin":
            _, after = arguments(group, after, 1)
        if environment in _ENVIRONMENTS:
            return _ENVIRONMENTS[environment][name == "end"], after
        return f"{part}{{{environment}}}", after
    if name in _SYMBOLS:
        return _SYMBOLS[name], at + 1
    if name == "mathop":
        given, after = arguments(group, at + 1, 1)
        word = _OPERATOR.fullmatch(spelled(given[0])) if given else None
        if word:
            return rf"\operatorname*{{{word[1].strip()}}}", after
    if name == "hdotsfor":
        given, after = arguments(group, option(group, at + 1), 1)
        if given and spelled(given[0]).isdigit():
            return " & ".join([r"\cdots"] * int(spelled(given[0]))), after
    if name == "unicode":
        given, after = arguments(group, at + 1, 1)
        if given and (code := re.fullmatch(r"[xU]?\+?([0-9a-fA-F]{1,5})", spelled(given[0]))):
            return rf"\text{{{chr(int(code[1], 16))}}}", after
    if name in _FORMS:
        count, form = _FORMS[name]
        given, after = arguments(group, option(group, at + 1), count)
        if len(given) == count:
            return form.format(*(_Argument(_plain(one)) for one in given)), after
    return part, at + 1


class _Argument(str):
    """An argument of a command; formatting it adds braces."""

    __slots__ = ()

    @property
    def bare(self) -> str:
        return str(self)

    def __format__(self, spec: str) -> str:
        return "{" + self + "}"


def with_macros_outside(source: Source) -> Source:
    """Convert formulae that contain only macro definitions to definitions that pandoc reads.

    MathJax reads definitions from any formula on a page, often in a hidden div.
    """
    lines, code = list(source), in_code(source)
    at = 0
    while at < len(lines):
        end = None if code[at] else _definitions_end(lines, at)
        if end is not None:
            for each in range(at, end + 1):
                text = lines[each].text.strip().removeprefix("$$")
                text = text.removesuffix("$$") if each == end else text
                lines[each] = Line(text.strip(), lines[each].location)
            at = end
        at += 1
    return Source(tuple(lines))


def _definitions_end(lines: list[Line], start: int) -> int | None:
    """Return the last line of a formula of definitions only; None if none starts here."""
    if not lines[start].text.strip().startswith("$$"):
        return None
    text = lines[start].text.strip()[2:]
    end = start
    while not text.rstrip().endswith("$$"):
        end += 1
        if end == len(lines) or not lines[end].text.strip():
            return None
        text += "\n" + lines[end].text
    body = text.rstrip()[:-2]
    rows = [row.strip() for row in body.split("\n") if row.strip() and row.strip()[0] != "%"]
    alone = rows and all(_DEFINES.match(row) for row in rows) and _only_definitions(body)
    return end if alone else None


def _only_definitions(body: str) -> bool:
    r"""Return whether nothing follows the definitions, unlike in ``\def\R{\mathbb R} x``."""
    braces = re.compile(r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}")
    left = re.sub(r"(?m)^\s*%.*$", "", body)
    left = braces.sub("", left)
    left = re.sub(rf"{_DEFINES.pattern}\*?\s*\\?\w*|\[[^\]]*\]|#\d", "", left)
    return not left.strip()


def _first_line(tex: str) -> str:
    return tex.strip().splitlines()[0] if tex.strip() else ""


def check_formulas(blocks: Any, source: Source, found: Mistakes) -> None:
    """Record a mistake for every formula that pandoc cannot parse, naming the unknown command."""
    formulas = tuple(dict.fromkeys(node["c"][1] for node in tree.nodes(blocks, "Math")))
    for tex, well in zip(formulas, _readable(formulas), strict=True):
        if well:
            continue
        first = _first_line(tex)
        culprit = ", ".join(_unknown(tex))
        found.add(
            ChapterError(
                f"the formula {first[:60]} cannot be set" + (f": {culprit}" if culprit else ""),
                source.location_of(re.escape(culprit.partition(",")[0] or first)),
                "use commands of LaTeX and amsmath"
                if culprit
                else "close its braces and environments",
            )
        )


@lru_cache(maxsize=256)  # both formats check the same formulae
def _readable(formulas: tuple[str, ...]) -> tuple[bool, ...]:
    """Return for each formula whether pandoc can parse it: MathML output leaves others as TeX."""
    if not formulas:
        return ()
    maths = [{"t": "Math", "c": [{"t": "InlineMath"}, tex]} for tex in formulas]
    text = write(document([tree.para([one]) for one in maths]), "html5", "--mathml")
    return tuple('<span class="math' not in part for part in text.split("</p>")[: len(formulas)])


def _unknown(tex: str) -> Iterator[str]:
    """Yield the commands and environments of a formula that pandoc does not support."""
    names = tuple(dict.fromkeys(re.findall(r"\\[A-Za-z]+", tex)))
    tried = [name for name in names if name not in (r"\begin", r"\end", r"\left", r"\right")]
    forms = tuple(form for name in tried for form in (name, name + "{x}", name + "{x}{y}"))
    well = _readable(forms)
    for at, name in enumerate(tried):
        if not any(well[3 * at : 3 * at + 3]):
            yield name
    environments = tuple(dict.fromkeys(re.findall(r"\\begin\s*\{([^}]*)\}", tex)))
    bodies = tuple(
        rf"\begin{{{name}}}{more} a \end{{{name}}}" for name in environments for more in ("", "{l}")
    )
    well = _readable(bodies)
    for at, name in enumerate(environments):
        if not any(well[2 * at : 2 * at + 2]):
            yield name
