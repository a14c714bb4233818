"""The kinds of block a chapter may hold: floats, callouts, layouts, tables."""
