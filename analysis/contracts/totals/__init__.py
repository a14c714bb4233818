"""Control totals: what is totalled, and the file in which a sender confirms it."""
