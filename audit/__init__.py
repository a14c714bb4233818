"""Trace every printed number to its source, and prove it."""
