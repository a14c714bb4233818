"""Exhibits of the technical appendix and of the data dictionary."""
