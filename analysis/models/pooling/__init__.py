"""Pooled estimates of several pilots, and the coverage of their intervals."""
