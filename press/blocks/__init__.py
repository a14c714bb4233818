"""Kinds of block that a chapter may contain: floats, callouts, layouts, tables."""
