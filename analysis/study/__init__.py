"""The study as data: its settings, its outcomes and the scenario of a stand-in extract."""
