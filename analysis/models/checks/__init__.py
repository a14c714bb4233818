"""Design checks: balance, trends before the start, returns, spillover, the floor."""
