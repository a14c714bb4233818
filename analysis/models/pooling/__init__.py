"""Estimates of several pilots pooled, and how well such intervals cover."""
