"""Benchmarks and long proofs: speed, memory, estimators, data validation and caching."""
