"""Draw Graphviz and Mermaid diagrams with the author's installation of `dot` and `mmdc`."""

from __future__ import annotations

import base64
import subprocess
from typing import Any

from press.chapter.cells import DIAGRAMS, Cell
from press.errors import CellError
from press.run.results import CellResult

# Arguments of the program for each language, and the MIME type of its output.
_COMMANDS = {
    "dot": (("-Tsvg",), "image/svg+xml"),
    # Mermaid's SVG contains HTML, which Typst cannot render.
    "mermaid": (("-i", "-", "-o", "-", "-e", "png", "-s", "2"), "image/png"),
}
_LONGEST = 60  # seconds


def drawn(cell: Cell) -> CellResult:
    """Draw the diagram of a cell and return it as the cell's output.

    Raises
    ------
    CellError
        The program fails or times out.
    """
    if cell.options.get("eval") is False:
        return CellResult(cell, (), None)
    program = DIAGRAMS[cell.language]
    arguments, form = _COMMANDS[cell.language]
    try:
        done = subprocess.run(
            [program, *arguments],
            input=cell.source.encode(),
            capture_output=True,
            check=False,
            timeout=_LONGEST,
        )
    except subprocess.TimeoutExpired:
        raise CellError(f"{program} drew for more than {_LONGEST} s", cell.location) from None
    if done.returncode or not done.stdout:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise CellError(f"{program} cannot draw the diagram: {said[:300]}", cell.location)
    content = done.stdout
    picture = content.decode() if form == "image/svg+xml" else base64.b64encode(content).decode()
    output: dict[str, Any] = {
        "output_type": "display_data",
        "data": {form: picture, "text/plain": cell.language},
        "metadata": {},
    }
    return CellResult(cell, (output,), None)
