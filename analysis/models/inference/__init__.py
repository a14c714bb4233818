"""Inference with few schools: randomisation, bootstrap, several outcomes at once."""
