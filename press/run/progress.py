"""Let progress bars write text in the kernel, whose last state a book shows, instead of a widget.

A widget needs a running notebook: a page would show its first state, and print nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

# Executed by IPython as the kernel starts: `tqdm.notebook`, which `tqdm.auto` prefers, writes text.
_STARTUP = """\
def _text_bars():
    import importlib.abc
    import importlib.machinery
    import sys

    class Loader(importlib.abc.Loader):
        def exec_module(self, module):
            from tqdm import std

            class TextBar(std.tqdm):
                def __init__(self, *args, display=True, **kwargs):
                    super().__init__(*args, **kwargs)

            def trange(*args, **kwargs):
                return TextBar(range(*args), **kwargs)

            module.tqdm = module.tqdm_notebook = TextBar
            module.trange = module.tnrange = trange
            module.IProgress = module.HBox = object
            module.WARN_NOIPYW = ""

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, name, path=None, target=None):
            if name == "tqdm.notebook":
                return importlib.machinery.ModuleSpec(name, Loader())

    sys.meta_path.insert(0, Finder())


_text_bars()
del _text_bars
"""
# The time and speed of a bar of tqdm, which differ from build to build.
_SPEED = re.compile(
    r"(?<=[\d?A-Za-z]) \[\d[\d:]*(?:<[\d:?]+)?, [^,\[\]\n]*/[^,\[\]\n]*"
    r"(?:, (?P<more>[^\[\]\n]*))?\]"
)


def write_startup(ipython: Path) -> None:
    """Write the kernel's startup file into the folder of IPython's settings."""
    folder = ipython / "profile_default" / "startup"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "00-progress.py").write_text(_STARTUP, encoding="utf-8")


def without_speed(words: str) -> str:
    """Remove from progress bars how long they took.

    Examples
    --------
    >>> without_speed("100%|██████████| 30/30 [00:00<00:00, 69443.67it/s]")
    '100%|██████████| 30/30'
    >>> without_speed("2it [00:00, 9.67it/s, loss=0.5]")
    '2it [loss=0.5]'
    """
    return _SPEED.sub(lambda bar: f" [{bar['more']}]" if bar["more"] else "", words)
