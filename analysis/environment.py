"""The environment that a build computes in: stated here, set in every process, and recorded.

What a result is must not hang on who computes it. Settings that a person's machine brings along
(variables, locale, time zone, threads, display options) are set to what is stated here: variables
before Python starts, since some hold from then on, and the rest around each computation.
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
    # The sum of an array may differ in its last digit with how many add it up.
    **dict.fromkeys(THREADS, "1"),
}
"""Variables of every process that computes."""
LEFT_OUT = ("BLIS_", "GOTO_", "KMP_", "LANG", "LC_", "MATPLOTLIBRC", "MKL_", "MPLBACKEND",
            "NPY_", "NUMBA_", "NUMEXPR_", "OMP_", "OPENBLAS_", "PANDAS_", "PYTHON", "SCIPY_",
            "VECLIB_")  # fmt: skip
"""How variables begin that a process that computes doesn't inherit, as they change what it does."""
MOMENT = "SOURCE_DATE_EPOCH"
"""The variable that says which time a book bears; libraries read it too, when they are imported."""
LATEST = 253_402_300_799
"""The last second of the year 9999, in seconds since 1970."""
STARTED = "REPORT_STARTED"
"""Marks a process that was started to be in the stated environment; whether it is, is looked at."""
FLAGS: Mapping[str, int] = {
    "dev_mode": 0, "hash_randomization": 0, "ignore_environment": 0, "isolated": 0,
    "no_user_site": 1, "optimize": 0, "utf8_mode": 1,
}  # fmt: skip
"""Python's own account of how it was started, in the stated environment."""

PRINTING: Mapping[str, Any] = {
    "precision": 8, "threshold": 1000, "edgeitems": 3, "linewidth": 75, "suppress": False,
    "nanstr": "nan", "infstr": "inf", "formatter": None, "sign": "-", "floatmode": "maxprec",
    "legacy": False,
}  # fmt: skip
"""How numpy prints: its own defaults."""
FLOATING: Mapping[str, Any] = {
    "divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn",
}  # fmt: skip
"""What numpy does where a number overflows or is none: its own defaults."""


def moment(given: Mapping[str, str]) -> int | None:
    """Return the time that a book is to bear, in seconds since 1970; None where none is set.

    Raises
    ------
    ConfigurationError
        If it is set to what is no such time.
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
    """Return an environment as a process that computes has it.

    Parameters
    ----------
    given
        The environment that it would inherit. Of `PYTHONPATH` only what leads to this very
        project stays.

    Examples
    --------
    >>> made = variables({"TZ": "Asia/Tokyo", "PYTHONOPTIMIZE": "2", "PATH": "/bin"})
    >>> made["TZ"], made["PATH"], "PYTHONOPTIMIZE" in made
    ('UTC', '/bin', False)
    """
    kept = {name: value for name, value in given.items() if not name.startswith(LEFT_OUT)}
    if not kept.get(MOMENT, "-"):
        del kept[MOMENT]  # numpy takes whatever is set for a number
    own = [
        folder
        for folder in given.get("PYTHONPATH", "").split(os.pathsep)
        if folder and (Path(folder) / "analysis" / "environment.py").is_file()
    ]
    path = {"PYTHONPATH": os.pathsep.join(own)} if own else {}
    return {**kept, **path, **VARIABLES}


def start_in(arguments: list[str], extra: Mapping[str, str] | None = None) -> int | None:
    """Run this program again in the stated environment, unless it runs in it already.

    Parameters
    ----------
    arguments
        Those of the command line.
    extra
        Further variables.

    Returns
    -------
    int or None
        The exit code where a second process was needed (Windows can't replace one); None where
        this process is the one to go on.

    Raises
    ------
    ConfigurationError
        If it was started again and still runs in another environment, or the time that a book is
        to bear is none.
    """
    moment(os.environ)
    # What this process starts is to find the environment, not the mark.
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
    """Return what of this process is not as stated: variables, and what Python was told."""
    now = os.environ
    found = {name for name in now.keys() | wanted.keys() if now.get(name) != wanted.get(name)}
    found |= {name for name, value in FLAGS.items() if getattr(sys.flags, name) != value}
    if sys.warnoptions or getattr(sys, "_xoptions", None):
        found.add("options -W or -X")
    return sorted(found)


@contextmanager
def stated() -> Iterator[None]:
    """Compute under the stated settings of libraries, leaving the caller's as they were.

    Matplotlib's settings are stated where something is drawn: see `analysis.exhibits.parts.style`.
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

    # Pandas has no public way to ask which options are not at their defaults.
    known: Mapping[str, Any] = vars(config)["_registered_options"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of options that are to go
        others = {
            name: option.defval
            for name, option in known.items()
            if pd.get_option(name) != option.defval
        }
    if not others:
        return nullcontext()
    return pd.option_context(*(part for pair in others.items() for part in pair))


def packages() -> tuple[str, ...]:
    """Return every installed package with its version, sorted: a result may hang on any."""
    folders = [Path(folder) for folder in sys.path if folder]
    found = (path.stem for folder in folders for path in folder.glob("*.dist-info"))
    return tuple(sorted(set(found)))


def interpreter() -> str:
    """Return which Python this is, and on what system and processor."""
    return (
        f"{platform.python_implementation()} {platform.python_version()} "
        f"{platform.system()} {platform.machine()}"
    )


def conditions() -> dict[str, str]:
    """Return the conditions that this process computes under, as a ledger records them."""
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
