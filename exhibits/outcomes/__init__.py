"""Exhibits of the outcome findings and of the summary that name pilots, or what was published."""
