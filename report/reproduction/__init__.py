"""Recompute a report, and compare two builds."""
