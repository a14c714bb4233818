"""From an exhibit to its code and data and back, and from one build to another."""
