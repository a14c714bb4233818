"""Checks during a build: numbers written by hand, readiness, earlier releases."""
