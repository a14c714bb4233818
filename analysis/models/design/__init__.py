"""Properties of a design: detectable effects, exaggeration, and a larger trial."""
