"""The study as data: its settings, its outcomes and the scenarios of a stand-in extract."""
