"""What is measured, and against what: speed, memory, and mistakes made at random."""
