"""The command line: puts analysis, press and audit together."""

# First of all: the project's code is loaded by what its files say.
import analysis  # noqa: F401 - sets the environment
