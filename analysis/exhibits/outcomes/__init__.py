"""Exhibits of the outcome findings and of the summary."""
