"""Disclosure control over more authorities than can be examined jointly."""
