"""The command line, which combines analysis, press and audit."""

# First, so that the import hook loads the project's code by digest.
import analysis  # noqa: F401 - sets the environment
