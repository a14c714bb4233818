"""Exhibits of the design and of what it can show."""
