"""What each step of the dataflow costs as schools and events grow."""
