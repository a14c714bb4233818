"""What is computed and shown: from data files to exhibits, with no rendering."""

from analysis import importing

importing.install()
