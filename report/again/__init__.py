"""A report computed again, and the differences between two builds."""
