"""Control totals: their definitions, and the file in which a sender confirms them."""
