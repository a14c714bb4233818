"""The command line, which combines analysis, press and audit."""

# Must come first: loading the project's code depends on the environment.
import analysis  # noqa: F401 - sets the environment
