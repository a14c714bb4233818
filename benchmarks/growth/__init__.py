"""Cost of each step of the dataflow as the number of schools and events grows."""
