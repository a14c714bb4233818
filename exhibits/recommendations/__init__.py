"""Exhibits of the recommendations and of the trial that followed."""
