"""Exhibits of practice, fieldwork and coded evidence."""
