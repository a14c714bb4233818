"""The command line: puts analysis, press and audit together."""
