"""Claims on what the design checks found in these pilots."""
