"""The Python kernel that a chapter runs in: this interpreter, reached without a network port."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

# Figures as Quarto draws them for HTML (7 x 5 inches, twice 96 dots an inch), and the same
# figure as a drawing for the PDF: a cell runs once, whatever the formats.
_FIGURES = ("--InlineBackend.figure_formats=retina", "--InlineBackend.figure_formats=svg")
_DRAWING = "figure.figsize: 7, 5\nfigure.dpi: 96\nsavefig.dpi: figure\nsvg.hashsalt: press\n"


class _ThisPython(KernelSpecManager):  # type: ignore[misc]  # jupyter_client ships no types
    """Answers every request for a kernel with this interpreter."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the one kernel there is."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(
            argv=[*command, "--HistoryManager.enabled=False", *_FIGURES],
            display_name=kernel_name,
            language="python",
        )


def kernel_manager(folder: Path) -> AsyncKernelManager:
    """Return the manager of a new kernel whose sockets and files live in `folder`."""
    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=_ThisPython(),
        connection_file=str(folder / "kernel.json"),
        transport="tcp" if os.name == "nt" else "ipc",
    )
    manager.ip = "127.0.0.1" if os.name == "nt" else str(folder / "socket")
    return manager


def kernel_environment(folder: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a kernel: this process's, drawing settings, then `extra`.

    The author's own IPython and matplotlib settings are left out, so that a book looks the
    same on every machine.
    """
    settings = folder / "matplotlibrc"
    settings.write_text(_DRAWING, encoding="utf-8")
    own = {
        "IPYTHONDIR": str(folder / "ipython"),
        "MATPLOTLIBRC": str(settings),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    return {**os.environ, **own, **extra}
