"""What Python reports nothing of is found in the code: a number must not rest on it."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from analysis import importing
from analysis.dataflow import graph
from audit.trace.sources import SourceIndex
from report.reuse.unreported import Unreported

ROOT = Path(__file__).parents[3]
READS = [
    ("import time", "time.time()", "time.time"),
    ("from time import monotonic as t", "t()", "time.monotonic"),
    ("from datetime import datetime", "datetime.now()", "the clock, by now"),
    ("import datetime as d", "d.date.today()", "the clock, by today"),
    ("import pandas as pd", "pd.Timestamp.now()", "the clock, by now"),
    ("import pandas as pd", "pd.to_datetime('today')", "the clock, as 'today'"),
    ("import numpy as np", "np.datetime64('now')", "the clock, as 'now'"),
    ("import numpy as np", "np.random.default_rng()", "chance"),
    ("import numpy as np", "np.random.normal(0, 1)", "chance"),
    ("import pandas as pd", "pd.Series([1, 2]).sample(1)", "chance"),
    ("import scipy.stats as s", "s.norm.rvs(size=2)", "chance"),
    ("import random", "random.random()", "random.random"),
    ("import secrets", "secrets.token_hex()", "secrets"),
    ("import uuid", "uuid.uuid4()", "uuid.uuid4"),
    ("import os", "os.urandom(4)", "os.urandom"),
    ("import os", "os.getpid()", "os.getpid"),
    ("import os", "os.getcwd()", "os.getcwd"),
    ("from pathlib import Path", "Path.cwd()", "cwd"),
    ("from pathlib import Path", "Path('x').stat().st_mtime", "st_mtime"),
    ("import os", "os.path.getmtime('x')", "getmtime"),
    ("import platform", "platform.node()", "platform"),
    ("import pyarrow.csv as a", "a.read_csv('schools.csv')", "pyarrow.csv.read_csv"),
    ("from pyarrow import parquet", "parquet.read_table('x')", "read_table"),
    ("import pyarrow as pa", "pa.memory_map('x')", "memory_map"),
    ("import pandas as pd", "pd.read_parquet('x')", "read_parquet"),
    ("import numpy as np", "np.memmap('x')", "memmap"),
    ("import duckdb", "duckdb.read_csv('x')", "duckdb"),
    ("from lxml import etree", "etree.parse('x')", "lxml.etree"),
    ("from pyarrow import parquet", "parquet.ParquetFile('x')", "ParquetFile"),
    ("import ibis", "ibis.duckdb.connect('x')", "ibis.duckdb.connect"),
    ("import ibis", "ibis.read_csv('x')", "ibis.read_csv"),
    ("import ctypes", "ctypes.CDLL('x')", "ctypes"),
    ("", "__import__('time').time()", "__import__"),
    ("", "eval('1')", "eval"),
]
READS_NOTHING = [
    ("import numpy as np", "np.random.default_rng(7).normal()"),
    ("import pandas as pd", "pd.Timestamp('2019-05-01')"),
    ("import pandas as pd", "pd.Series([1, 2]).sample(1, random_state=7)"),
    ("import pandas as pd", "{'now': 1}['now']"),
    ("import pyarrow as pa", "pa.csv.read_csv(pa.BufferReader(b'x'))"),
    ("from datetime import date", "date(2019, 5, 1)"),
    ("import math", "math.exp(1)"),
]


def found(folder, imports, expression):
    """Return what a node reads that reaches an expression through a constant and a method."""
    (folder / "flow").mkdir()
    (folder / "flow" / "__init__.py").write_text("")
    (folder / "flow" / "deep.py").write_text(
        f"{imports}\nclass Deep:\n    def asked(self):\n        return {expression}\n"
        "DEEP = Deep()\n"
    )
    (folder / "flow" / "nodes.py").write_text(
        "from flow.deep import DEEP\ndef total(rows):\n    return DEEP.asked()\n"
    )
    return Unreported(SourceIndex(folder, ("flow",)))("flow.nodes", "total")


@pytest.mark.parametrize(("imports", "expression", "what"), READS, ids=[each[1] for each in READS])
def test_what_code_reads_unseen_is_named_with_its_line(tmp_path, imports, expression, what):
    lines = found(tmp_path, imports, expression)
    assert any(what in line and line.endswith("(flow/deep.py:4)") for line in lines)


@pytest.mark.parametrize(("imports", "expression"), READS_NOTHING)
def test_what_reads_nothing_is_left_alone(tmp_path, imports, expression):
    assert found(tmp_path, imports, expression) == []


def test_no_node_of_the_report_rests_on_the_clock_chance_or_an_unseen_file():
    sources = SourceIndex(ROOT)
    reads = Unreported(sources)
    nodes = graph.build(ROOT).graph.nodes.values()
    functions = {(f.__module__, f.__name__) for n in nodes for f in n.originating_functions or ()}
    assert len(functions) > 300
    assert {line for each in functions for line in reads(*each)} == set()


def test_only_a_refusal_asks_for_the_date():
    sources = SourceIndex(ROOT)
    asks = {
        f"{module}.{name}"
        for module, each in sources.modules.items()
        for name in each.definitions
        if ("analysis.extract.files.today", "is_in_the_future") in sources.uses(module, name)
    }
    assert asks == {
        "analysis.contracts.waivers._waiver",
        "analysis.extract.maps.checks._confirmation",
    }


def test_what_a_module_reads_while_it_is_imported_counts_for_every_node(tmp_path):
    (tmp_path / "study.toml").write_text("")
    (tmp_path / "exhibits").mkdir()
    (tmp_path / "exhibits" / "__init__.py").write_text("")
    (tmp_path / "factor.txt").write_text("7")
    (tmp_path / "exhibits" / "tables.py").write_text(
        "from pathlib import Path\nFACTOR = int(Path('factor.txt').read_text())\n"
        "def total(rows):\n    return FACTOR\n"
    )
    code = """
        import sys
        from pathlib import Path
        import analysis
        import exhibits.tables
        from audit.trace.sources import SourceIndex
        from report.reuse.unreported import Unreported
        print(*Unreported(SourceIndex(Path.cwd()))("exhibits.tables", "total"), sep="\\n")
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)], cwd=tmp_path, text=True, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip
    assert done.stdout == "factor.txt (when exhibits.tables is imported)\n"
    assert importing.READ_ON_IMPORT == {}
