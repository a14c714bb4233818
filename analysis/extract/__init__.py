"""The extract: reading of its files, the outcome panel, the flow of schools, and rates."""
