"""Check that cached results are never stale, by comparing with builds from scratch."""
