"""Import of the project's code, always from its current source, identified by digest.

Python caches byte code and treats it as current if size and time of the source are the same, as
they are after `rsync -t`, `cp -p` or two edits within a second. Here byte code is used only under
a digest of the source (PEP 552), and the digest of each source is recorded as it is read, so that
results can be stored under the code that actually ran.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader, all_suffixes
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OWN = "exhibits"
"""Package with the exhibits of one study, in the folder of that study."""
PACKAGES = ("analysis", "audit", "press", "report", OWN)
FROM_SOURCE = "REPORT_FROM_SOURCE"
"""Environment variable of a release: all code is compiled from its source."""
RELEASE = {FROM_SOURCE: "1", "PYTHONPYCACHEPREFIX": os.devnull}
"""Variables of a release: no cached byte code is used, by this loader or by Python's own, which
loads installed packages and the files before this one."""
READ: dict[str, str] = {}
"""SHA-256 of each source file of the project as this process read it, by its real path."""

READ_ON_IMPORT: dict[str, set[str]] = {}
"""Paths that modules of the analysis opened while they were imported."""

IMPORTED = tuple({*all_suffixes(), ".pyc", ".pyd", ".so"})
"""Suffixes of files that Python can import, on this system or another."""
_AT_ROOT = ("_book", "_exhibits")
"""Prefixes of folders that a build writes at the root, besides those with a leading full stop."""
_MADE = "__pycache__"

_CHECKED = b"\x03\x00\x00\x00"  # flags of byte code that is valid for one source only
_HEADER = 16
CODE = Path(__file__).parents[1]
"""The folder that holds this program; a study may lie elsewhere."""
_BEFORE = ("analysis/__init__.py", "analysis/importing.py", "report/__init__.py")
"""Files that Python has loaded, or is loading, before this loader is installed."""


class Loader(SourceFileLoader):
    """Loads a module from byte code compiled from exactly its source, or else compiles it."""

    def get_code(self, fullname: str) -> CodeType | None:
        """Return a module's code."""
        path = self.get_filename(fullname)
        source = self.get_data(path)
        READ[os.path.realpath(path)] = hashlib.sha256(source).hexdigest()
        header = MAGIC_NUMBER + _CHECKED + source_hash(source)
        kept = cache_from_source(path)
        code = None if FROM_SOURCE in os.environ else self._kept(kept, header)
        if code and code.co_filename != path:  # compiled before its folder was moved or copied
            code = None
        if code is None:
            code = self.source_to_code(source, path)
            if not sys.dont_write_bytecode:
                self.set_data(kept, header + marshal.dumps(code))
        return code

    def _kept(self, path: str, header: bytes) -> CodeType | None:
        try:
            data = self.get_data(path)
            # As Python itself reads byte code.
            code = marshal.loads(data[_HEADER:]) if data[:_HEADER] == header else None  # noqa: S302
        except (OSError, EOFError, ValueError, TypeError):  # missing, or truncated
            return None
        return code if isinstance(code, CodeType) else None


_STUDY: list[str] = []
"""The folder of the study whose own package is imported."""


@contextmanager
def importing_from(study: Path) -> Iterator[None]:
    """Import the own package of the study in this folder."""
    _STUDY.append(str(study))
    try:
        yield
    finally:
        _STUDY.pop()


def study_folder() -> str:
    """Return the folder in which a study's own package is looked for.

    It is that of the study around the working directory, unless another is being imported.
    """
    if _STUDY:
        return _STUDY[-1]
    here = Path.cwd()
    around = (each for each in (here, *here.parents) if (each / "study.toml").is_file())
    return str(next(around, CODE))


def package_folder(root: Path, package: str) -> Path:
    """Return the folder that holds a package for a study: the study's own, or the program's."""
    own = package == OWN or (root / package / "__init__.py").is_file()
    return root if own else CODE


def code_file(root: Path, name: str) -> Path:
    """Return a file of code by its name in a ledger, relative to a study or to the program."""
    first = name.partition("/")[0]
    return (package_folder(root, first) if first in PACKAGES else root) / name


class Finder(MetaPathFinder):
    """Finds the project's packages, to be loaded by `Loader`, and ignores all others."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return the location and loader of a module of the project."""
        if fullname.partition(".")[0] not in PACKAGES:
            return None
        if fullname == OWN:
            path = [study_folder()]
        spec = PathFinder.find_spec(fullname, path, target)
        loader: Any = spec.loader if spec else None
        if spec is None or loader is None:  # a folder without its own code
            return spec
        if type(loader) is not SourceFileLoader:
            raise ImportError(
                f"{fullname} would be loaded from {spec.origin}, not from source; remove it"
            )
        spec.loader = Loader(loader.name, loader.path)
        return spec


def importable(root: Path) -> Iterator[Path]:
    """Yield every file below a folder that Python could import, whatever its origin.

    Byte code cached next to its source, output of builds, virtual environments, and folders with a
    leading full stop, which module names can't contain, are left out.
    """
    found = [str(root)]
    seen = set()
    while found:
        folder = found.pop()
        real = os.path.realpath(folder)
        if real in seen:  # links can form a cycle
            continue
        seen.add(real)
        try:
            entries = list(os.scandir(folder))
        except OSError:  # Python can't import from there either
            continue
        for entry in entries:
            if entry.is_dir():
                made = folder == str(root) and entry.name.startswith(_AT_ROOT)
                if not (made or entry.name.startswith(".") or entry.name == _MADE):
                    found += () if _virtual(entry.path) else (entry.path,)
            elif entry.name.endswith(IMPORTED):
                yield Path(entry.path)


def _virtual(folder: str) -> bool:
    """Whether a folder is a virtual environment, and not a package that only looks like one."""
    names = os.listdir(folder)
    return "pyvenv.cfg" in names and not any(name.startswith("__init__.") for name in names)


def _note_reads(event: str, arguments: tuple[Any, ...]) -> None:
    """Note a file or folder that a module of the analysis opens while it is imported."""
    if event not in ("open", "os.listdir", "os.scandir"):
        return
    frame = sys._getframe(1)
    while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
        module = str(frame.f_globals.get("__name__"))
        if frame.f_code.co_name == "<module>" and module.partition(".")[0] in ("analysis", OWN):
            READ_ON_IMPORT.setdefault(module, set()).add(str(arguments[0]))
            return
        frame = frame.f_back  # type: ignore[assignment]  # the last has none


def install() -> None:
    """Install this loader for the project's code.

    Raises
    ------
    ImportError
        If Python has just used outdated byte code for one of the files loaded before.
    """
    if any(isinstance(finder, Finder) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, Finder())
    sys.addaudithook(_note_reads)
    for name in _BEFORE:
        path = str(CODE / name)
        taken = SourceFileLoader(name, path).get_code(name)
        # Cached by digest from now on, which Python respects.
        if taken != Loader(name, path).get_code(name):
            raise ImportError(
                f"{name} is newer than its byte code, cached by Python; run this again"
            )
