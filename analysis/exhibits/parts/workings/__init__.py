"""How the numbers in sentences were worked out, for readers who do not program."""
