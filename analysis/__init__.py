"""The analysis, from data files to exhibits, without rendering."""

from analysis import importing

importing.install()
