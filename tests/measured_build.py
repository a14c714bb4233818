"""A build of the report whose lines coverage can follow: one process, which starts no other.

`make coverage` runs it. As it is given its arguments, the command does not restart itself, and on
one processor it computes without workers, which are killed when they are no longer needed.
"""

import os
import sys

from analysis.environment import variables
from report.command_line import main

BUILD = ["build", "--to", "html,pdf,docx,xlsx,png"]

if __name__ == "__main__":
    os.environ.update(variables(os.environ))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    sys.exit(main(BUILD) or main(["verify", "_book/report.pdf"]) or main(["exhibits"]))
