"""What a design can show: detectable effects, exaggeration, a larger trial."""
