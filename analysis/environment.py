"""The environment of a build's computations: specified here, set in every process, recorded.

A result must not depend on who computes it. Settings of a person's machine (variables, locale,
time zone, threads, display options) are set to the values specified here: variables before Python
starts, since some take effect only then, and the rest around each computation.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import warnings
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
           "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS")  # fmt: skip
VARIABLES: Mapping[str, str] = {
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    # The sum of an array may differ in its last digit with the number of threads.
    **dict.fromkeys(THREADS, "1"),
}
"""Environment variables of every process that computes."""
LEFT_OUT = ("BLIS_", "GOTO_", "KMP_", "LANG", "LC_", "MATPLOTLIBRC", "MKL_", "MPLBACKEND",
            "NPY_", "NUMBA_", "NUMEXPR_", "OMP_", "OPENBLAS_", "PANDAS_", "PYTHON", "SCIPY_",
            "VECLIB_")  # fmt: skip
"""Prefixes of variables that are not inherited, as they would change a process's behaviour."""
MOMENT = "SOURCE_DATE_EPOCH"
"""The variable with the date and time of a book; libraries also read it on import."""
LATEST = 253_402_300_799
"""The last second of the year 9999, in seconds since 1970."""
STARTED = "REPORT_STARTED"
"""Variable that marks a process started in the specified environment, which is then checked."""
FLAGS: Mapping[str, int] = {
    "dev_mode": 0, "hash_randomization": 0, "ignore_environment": 0, "isolated": 0,
    "no_user_site": 1, "optimize": 0, "utf8_mode": 1,
}  # fmt: skip
"""Python's flags in the specified environment."""

PRINTING: Mapping[str, Any] = {
    "precision": 8, "threshold": 1000, "edgeitems": 3, "linewidth": 75, "suppress": False,
    "nanstr": "nan", "infstr": "inf", "formatter": None, "sign": "-", "floatmode": "maxprec",
    "legacy": False,
}  # fmt: skip
"""Print options of numpy: its defaults."""
FLOATING: Mapping[str, Any] = {
    "divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn",
}  # fmt: skip
"""Floating-point error handling of numpy: its defaults."""


def moment(given: Mapping[str, str]) -> int | None:
    """Return the date and time to print in a book, in seconds since 1970; None if not set.

    Raises
    ------
    ConfigurationError
        If it is not set to a valid time.
    """
    text = given.get(MOMENT, "")
    if not text:
        return None
    short = len(text) <= len(str(LATEST))
    if not (short and text.isascii() and text.isdecimal() and int(text) <= LATEST):
        raise ConfigurationError(
            f"'{text[:40]}' is not a number of seconds between 0 and {LATEST}",
            place=MOMENT,
            remedy="set it to whole seconds since 1970, or unset it",
        )
    return int(text)


def variables(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process that computes.

    Parameters
    ----------
    given
        The environment that it would inherit. Only entries of `PYTHONPATH` that lead to this
        project are kept.

    Examples
    --------
    >>> made = variables({"TZ": "Asia/Tokyo", "PYTHONOPTIMIZE": "2", "PATH": "/bin"})
    >>> made["TZ"], made["PATH"], "PYTHONOPTIMIZE" in made
    ('UTC', '/bin', False)
    """
    kept = {name: value for name, value in given.items() if not name.startswith(LEFT_OUT)}
    if not kept.get(MOMENT, "-"):
        del kept[MOMENT]  # numpy expects any value to be a number
    own = [
        folder
        for folder in given.get("PYTHONPATH", "").split(os.pathsep)
        if folder and (Path(folder) / "analysis" / "environment.py").is_file()
    ]
    path = {"PYTHONPATH": os.pathsep.join(own)} if own else {}
    return {**kept, **path, **VARIABLES}


def start_in(arguments: list[str], extra: Mapping[str, str] | None = None) -> int | None:
    """Restart this program in the specified environment, unless it is already in it.

    Parameters
    ----------
    arguments
        Arguments of the command line.
    extra
        Further variables.

    Returns
    -------
    int or None
        The exit code where a second process was needed (Windows can't replace one); None where
        this process is to continue.

    Raises
    ------
    ConfigurationError
        If it was restarted and still runs in another environment, or the time of the book is
        invalid.
    """
    moment(os.environ)
    # Child processes should inherit the environment, but not the mark.
    started = os.environ.pop(STARTED, None) is not None
    wanted = {**variables(os.environ), **(extra or {})}
    others = _others(wanted)
    if not others:
        return None
    if started:
        raise ConfigurationError(
            f"this process is not in the stated environment: {', '.join(others)}",
            remedy=f"unset {STARTED} and these, and run the command again",
        )
    wanted[STARTED] = "1"
    main = sys.modules["__main__"]
    begun = ["-m", "report"] if getattr(main, "__spec__", None) else [sys.argv[0]]
    command = [sys.executable, *begun, *arguments]
    if os.name != "nt":
        os.execve(sys.executable, command, wanted)  # noqa: S606 - this very program
    return subprocess.run(command, env=wanted, check=False).returncode


def _others(wanted: Mapping[str, str]) -> list[str]:
    """Return what differs from the specification in this process: variables and Python's flags."""
    now = os.environ
    found = {name for name in now.keys() | wanted.keys() if now.get(name) != wanted.get(name)}
    found |= {name for name, value in FLAGS.items() if getattr(sys.flags, name) != value}
    if sys.warnoptions or getattr(sys, "_xoptions", None):
        found.add("options -W or -X")
    return sorted(found)


@contextmanager
def specified_settings() -> Iterator[None]:
    """Apply the specified settings of libraries, and restore the caller's afterwards.

    Matplotlib's settings are set where something is drawn: see `analysis.exhibits.parts.style`.
    """
    import decimal
    import locale

    import numpy as np

    before = locale.setlocale(locale.LC_ALL)
    with ExitStack() as settings:
        settings.callback(locale.setlocale, locale.LC_ALL, before)
        locale.setlocale(locale.LC_ALL, "C")
        settings.enter_context(decimal.localcontext(decimal.Context()))
        settings.enter_context(np.printoptions(**PRINTING))
        settings.enter_context(np.errstate(**FLOATING))
        settings.enter_context(_pandas_defaults())
        yield


def _pandas_defaults() -> AbstractContextManager[None]:
    import pandas as pd
    from pandas._config import config

    # Pandas has no public API for which options are not at their defaults.
    known: Mapping[str, Any] = vars(config)["_registered_options"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings about deprecated options
        others = {
            name: option.defval
            for name, option in known.items()
            if pd.get_option(name) != option.defval
        }
    if not others:
        return nullcontext()
    return pd.option_context(*(part for pair in others.items() for part in pair))


def packages() -> tuple[str, ...]:
    """Return every installed package with its version, sorted: results may depend on any."""
    folders = [Path(folder) for folder in sys.path if folder]
    found = (path.stem for folder in folders for path in folder.glob("*.dist-info"))
    return tuple(sorted(set(found)))


def interpreter() -> str:
    """Return the version of Python, and the system and processor."""
    return (
        f"{platform.python_implementation()} {platform.python_version()} "
        f"{platform.system()} {platform.machine()}"
    )


def conditions() -> dict[str, str]:
    """Return the conditions of computation in this process, as recorded in a ledger."""
    now = os.environ
    threads = sorted({now.get(name, "not set") for name in THREADS})
    return {
        "hash seed": now.get("PYTHONHASHSEED", "random"),
        "locale": now.get("LC_ALL", "not set"),
        "matplotlib": "its own defaults, then the report's style",
        "numpy": "its own defaults of printing and of floating-point errors",
        "pandas": "its own defaults of every option",
        "threads": ", ".join(threads),
        "time zone": now.get("TZ", "not set"),
    }
