"""Run a chapter's cells and inline expressions in a Python kernel, and report errors.

Imported only if a chapter is executed, since its dependencies take two seconds to import.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError

from press.chapter.cells import Cell, Prose
from press.chapter.chapter import Chapter, Inline, inlines_of
from press.errors import CellError, Location
from press.run.diagrams import drawn
from press.run.reproducible import reproducible_outputs, varying_outputs, write_startup
from press.run.results import CellResult, Conditions, ExecutedChapter, ProseResult

# Figures as Quarto draws them for HTML (by default 7 x 5 inches at twice 96 dots per inch), and
# the same figure as SVG for the PDF, since a cell runs once for all formats.
_DRAWING = (
    "figure.figsize: {width}, {height}\nfigure.dpi: {dpi}\n"
    "savefig.dpi: figure\nsvg.hashsalt: press\n"
)

# Prefixes of inherited variables that would change what a cell prints or draws.
_CALLERS = ("LANG", "LC_", "MATPLOTLIB", "MPLBACKEND", "PYTHONIOENCODING", "PYTHONUTF8")


class _ThisPython(KernelSpecManager):  # type: ignore[misc]  # jupyter_client ships no types
    """Kernel spec manager that always returns this interpreter."""

    arguments: tuple[str, ...] = ()

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the spec of the only kernel."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(
            argv=[*command, "--HistoryManager.enabled=False", *self.arguments],
            display_name=kernel_name,
            language="python",
        )


def kernel_manager(folder: Path, options: Mapping[str, Any]) -> AsyncKernelManager:
    """Return the manager of a new kernel whose sockets and files are in `folder`.

    The `execute` options `fig-format` and `ipynb-shell-interactivity` apply.
    """
    form = options.get("fig-format", "retina")
    spec = _ThisPython()
    spec.arguments = tuple(
        f"--InlineBackend.figure_formats={name}" for name in dict.fromkeys((form, "svg"))
    )
    if options.get("ipynb-shell-interactivity"):
        shown = options["ipynb-shell-interactivity"]
        spec.arguments += (f"--InteractiveShell.ast_node_interactivity={shown}",)
    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=spec,
        connection_file=str(folder / "kernel.json"),
        transport="tcp" if os.name == "nt" else "ipc",
    )
    manager.ip = "127.0.0.1" if os.name == "nt" else str(folder / "socket")
    return manager


def kernel_environment(
    folder: Path, extra: Mapping[str, str], options: Mapping[str, Any]
) -> dict[str, str]:
    """Return the environment of a kernel: that of this process, drawing settings, and `extra`.

    The author's own IPython and matplotlib settings, drawing backend, locale and encoding are
    ignored, so that a book looks the same on every machine. The `execute` options `fig-width`,
    `fig-height` and `fig-dpi` apply.
    """
    settings = folder / "matplotlibrc"
    drawing = _DRAWING.format(
        width=options.get("fig-width", 7),
        height=options.get("fig-height", 5),
        dpi=options.get("fig-dpi", 96),
    )
    settings.write_text(drawing, encoding="utf-8")
    write_startup(folder / "ipython")
    own = {
        "IPYTHONDIR": str(folder / "ipython"),
        "MATPLOTLIBRC": str(settings),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_CALLERS)}
    return {**kept, **own, **extra}


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LARGEST_OUTPUT = 10_000_000  # characters per cell; more than that must be a mistake
_OUTPUT_MESSAGES = ("stream", "display_data", "execute_result", "update_display_data")


def execute(chapter: Chapter, conditions: Conditions) -> ExecutedChapter:
    """Execute a chapter in a kernel, for `press.run.execution.execute_chapter`."""
    return asyncio.run(_execute(chapter, conditions))


async def _execute(chapter: Chapter, conditions: Conditions) -> ExecutedChapter:
    with tempfile.TemporaryDirectory(prefix="press-", ignore_cleanup_errors=True) as folder:
        client = _Client(
            nbformat.v4.new_notebook(),
            km=kernel_manager(Path(folder), conditions.defaults),
            timeout=conditions.timeout,
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(conditions.folder)}},
        )
        environment = kernel_environment(Path(folder), conditions.environment, conditions.defaults)
        results: list[CellResult | ProseResult] = []
        async with client.async_setup_kernel(env=environment, cleanup_kc=True):
            for part in chapter.parts:
                if isinstance(part, Prose):
                    results.append(await client.evaluate_all(part))
                elif part.language != "python":
                    results.append(drawn(part))
                else:
                    results.append(await client.run(part, conditions.defaults))
    return ExecutedChapter(chapter, tuple(results))


class _Client(NotebookClient):  # type: ignore[misc]  # nbclient ships no types
    """A notebook client that also evaluates expressions and limits the output of a cell."""

    km: AsyncKernelManager
    _size = 0  # characters of output from the running cell

    async def run(self, cell: Cell, defaults: Mapping[str, Any]) -> CellResult:
        """Execute one cell."""
        options = {**defaults, **cell.options}
        if options.get("eval", True) is False or not cell.source.strip():
            return CellResult(cell, (), None)
        node = nbformat.v4.new_code_cell(cell.source)
        if options.get("error", False) is True:
            node.metadata["tags"] = ["raises-exception"]
        self.nb.cells.append(node)
        self._size = 0
        start = time.time()
        try:
            await self.async_execute_cell(node, len(self.nb.cells) - 1)
        except CellExecutionError:
            if self._size > _LARGEST_OUTPUT:
                raise _too_much(cell) from None
            raise _raised(cell, node.outputs) from None
        except CellControlSignal:
            raise CellError(
                f"the cell did not end within {self.timeout:g} seconds",
                cell.location,
                "make it faster, or allow more time",
                source=cell.source,
            ) from None
        except DeadKernelError:
            raise _died(cell.location, cell.source) from None
        if self._size > _LARGEST_OUTPUT:
            raise _too_much(cell)
        outputs = reproducible_outputs(node.outputs, cell)
        varies = varying_outputs(outputs, Path(self.resources["metadata"]["path"]), start)
        return CellResult(cell, outputs, node.execution_count, varies)

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Process a message from the kernel, interrupting a cell with too much output."""
        if msg["msg_type"] in _OUTPUT_MESSAGES:
            before = self._size
            self._size += len(str(msg["content"]))
            if self._size > _LARGEST_OUTPUT:
                if before <= _LARGEST_OUTPUT:
                    self._interruption = asyncio.ensure_future(self.km.interrupt_kernel())
                return None
        return super().process_message(msg, cell, cell_index)

    async def evaluate_all(self, prose: Prose) -> ProseResult:
        """Evaluate the inline expressions of a run of prose."""
        values = [await self.evaluate(inline) for inline in inlines_of(prose.source)]
        return ProseResult(prose, tuple(values))

    async def evaluate(self, inline: Inline) -> dict[str, Any]:
        """Return the value of an expression as a MIME bundle."""
        request = self.kc.execute(
            "", silent=True, store_history=False, user_expressions={"value": inline.expression}
        )
        while True:
            try:
                reply = await self.kc.get_shell_msg(timeout=self.timeout)
            except Exception:
                raise _died(inline.location, inline.expression) from None
            if reply["parent_header"].get("msg_id") == request:
                break
        value = reply["content"]["user_expressions"]["value"]
        if value["status"] == "error":
            raise CellError(
                f"the inline expression raised {value['ename']}: {value['evalue']}",
                inline.location,
                source=inline.expression,
                traceback=_plain(value["traceback"]),
            )
        return dict(value["data"])


def _raised(cell: Cell, outputs: list[dict[str, Any]]) -> CellError:
    error = next(output for output in reversed(outputs) if output["output_type"] == "error")
    traceback = _plain(error["traceback"])
    frames = re.findall(r"^ *(?:Cell In\[\d+\], line |File <.*>:)(\d+)", traceback, re.MULTILINE)
    place = cell.location
    if frames:
        place = replace(place, line=cell.first_line + int(frames[0]) - 1)
    label = f" {cell.label}" if cell.label else ""
    message = re.sub(r" \(\d+\.py, line \d+\)$", "", error["evalue"])
    return CellError(
        f"the cell{label} raised {error['ename']}: {message}",
        place,
        source=cell.source,
        traceback=traceback,
    )


def _too_much(cell: Cell) -> CellError:
    return CellError(
        f"the cell printed more than {_LARGEST_OUTPUT:,} characters",
        cell.location,
        "print less, or write it into a file",
        source=cell.source,
    )


def _died(place: Location, source: str) -> CellError:
    return CellError(
        "the kernel died",
        place,
        "the cell ran out of memory or crashed a library; run it by itself to see",
        source=source,
    )


def _plain(traceback: list[str]) -> str:
    return _COLOUR.sub("", "\n".join(traceback))
