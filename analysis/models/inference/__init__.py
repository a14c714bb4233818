"""Inference with few schools: randomisation, bootstrap and multiple outcomes."""
