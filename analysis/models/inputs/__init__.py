"""Inputs of the models: specifications, and counts and exposure by school and period."""
