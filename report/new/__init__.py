"""A new study: its settings, data contracts, chapters and tests, from five answers."""
