"""Exhibits of the design and of its limits."""
