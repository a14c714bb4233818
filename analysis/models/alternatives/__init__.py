"""Other models of the same effect."""
