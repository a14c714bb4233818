"""Design checks: balance, trends before the start, returns, spillover, floor effects."""
