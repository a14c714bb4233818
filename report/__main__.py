"""`python -m report`, or `report` if the project is installed."""

from __future__ import annotations

import sys

from report.command_line import main

if __name__ == "__main__":
    sys.exit(main())
