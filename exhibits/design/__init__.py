"""Exhibits of this design: its plan, its limits and its claims."""
