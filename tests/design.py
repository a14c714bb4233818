"""The design's values in the stylesheet and the Typst template.

`python -m tests.design` writes them; a test compares them.
"""

import re
from pathlib import Path

from analysis.exhibits.parts import design

EXTENSION = Path(__file__).parents[1] / "_extensions" / "evaluation"


def typst():
    """Return the values as definitions of the template."""
    lines = [f'#let {name} = rgb("{value.lower()}")' for name, value in design.COLOURS.items()]
    lines += [f"#let {name}-size = {value:g}pt" for name, value in design.SIZES.items()]
    lines += [f"#let {name}-space = {value:g}pt" for name, value in design.SPACE.items()]
    return "\n".join(lines)


def css():
    """Return the values as properties of a page, light and dark."""

    def block(colours):
        return " ".join(f"--{name}: {value.lower()};" for name, value in colours.items())

    own = "--line: var(--rule); --mark: var(--tint); --panel: var(--panel-tint);"
    dark = f"@media (prefers-color-scheme: dark) {{\n  :root {{ {block(design.DARK)} }}\n}}"
    return f":root {{ {block(design.COLOURS)} {own} }}\n{dark}"


BLOCKS = {
    "typst-template.typ": ("// design: begin", "// design: end", typst),
    "evaluation.css": ("/* design: begin */", "/* design: end */", css),
}


def current(text, begin, end, made):
    """Return a file's text with the block between its two marks made anew."""
    found = re.compile(f"{re.escape(begin)}\n.*?{re.escape(end)}", re.DOTALL)
    return found.sub(lambda _: f"{begin}\n{made()}\n{end}", text, count=1)


if __name__ == "__main__":
    for name, (begin, end, made) in BLOCKS.items():
        path = EXTENSION / name
        path.write_text(current(path.read_text("utf-8"), begin, end, made), "utf-8", newline="\n")
