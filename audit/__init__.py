"""Where every printed number comes from, and proof of it."""
