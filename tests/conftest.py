"""Which tests need a tool that Python can't install, and which skips are allowed in CI."""

import importlib.util
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = {
    "browser": ("chromium", "chromium-browser", "google-chrome"),
    "poppler": ("pdftotext",),
    "quarto": ("quarto",),
    "rscript": ("Rscript",),
}
SCALE = ("dask", "distributed", "duckdb", "ibis", "joblib", "pyspark")
ALLOWED_IN_CI = (
    "needs quarto",
    "needs the extra 'scale'",
    "the recorded corpus is not beside the checkout",
)
"""Quarto is in no registry that CI reaches, what a cluster needs is run by `make test-scale`, and
the corpus of what Quarto made is no part of the project (`tests/book/golden_books` is); all else
must run there."""


def pytest_collection_modifyitems(config, items):
    missing = [name for name in SCALE if importlib.util.find_spec(name) is None]
    for item in items:
        if missing and item.get_closest_marker("scale"):
            reason = f"needs the extra 'scale' ({', '.join(missing)}): make test-scale"
            item.add_marker(pytest.mark.skip(reason=reason))
        for marker, names in TOOLS.items():
            if item.get_closest_marker(marker) and not any(map(shutil.which, names)):
                item.add_marker(pytest.mark.skip(reason=f"needs {marker} ({names[0]} on PATH)"))
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = _long_first(items, workers)


def _long_first(items, workers):
    """Return tests in an order in which each worker begins with modules that have slow ones.

    Under `--dist worksteal` each is first given an equal run of tests, in order; what ends late
    then consists of short tests, which are divided to the last.
    """
    modules = {}
    for item in items:
        modules.setdefault(item.nodeid.partition("::")[0], []).append(item)
    slow = [each for each in modules.values() if any(i.get_closest_marker("slow") for i in each)]
    rest = [item for each in modules.values() if each not in slow for item in each]
    ordered = []
    for worker in range(workers):
        own = [item for each in slow[worker::workers] for item in each]
        more = max((len(items) - len(ordered)) // (workers - worker) - len(own), 0)
        ordered += own + rest[:more]
        del rest[:more]
    return ordered + rest


def _seconds_by_folder(reports):
    """Return the seconds of set-up, tests and tear-down by folder, summed over processes."""
    seconds = Counter()
    for report in reports:
        folder = "/".join(report.nodeid.split("::")[0].split("/")[:-1][:2])
        seconds[folder or "."] += report.duration
    return seconds


def pytest_terminal_summary(terminalreporter):
    every = [each for kind in terminalreporter.stats.values() for each in kind]
    seconds = _seconds_by_folder(each for each in every if hasattr(each, "duration"))
    if len(seconds) > 1:
        listed = (f"{name} {spent:.0f} s" for name, spent in seconds.most_common())
        terminalreporter.write_line(f"by folder: {', '.join(listed)}")
    if not os.environ.get("CI"):
        return
    reasons = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])]
    unlisted = [r for r in reasons if not any(allowed in r for allowed in ALLOWED_IN_CI)]
    if unlisted:
        terminalreporter.section("skips that CI does not allow")
        terminalreporter.write_line("\n".join(unlisted))


def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and session.exitstatus == 0:
        reasons = [report.longrepr[2] for report in reporter.stats.get("skipped", [])]
        if any(not any(allowed in r for allowed in ALLOWED_IN_CI) for r in reasons):
            session.exitstatus = 1


@pytest.fixture(scope="session")
def root():
    return ROOT
