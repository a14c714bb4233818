"""Exhibits of the design checks."""
