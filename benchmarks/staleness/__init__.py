"""Whether what is kept is ever stale: one thing is changed, and work from nothing compared."""
