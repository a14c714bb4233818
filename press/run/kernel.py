"""Start the Python kernel of a chapter: this interpreter, without a network port."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from press.run.progress import write_startup

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
