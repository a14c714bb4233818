"""What a model takes: a specification, and counts and exposure by school and period."""
