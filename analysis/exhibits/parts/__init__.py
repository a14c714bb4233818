"""The parts of exhibits: their four kinds, rows, words, rules and style."""
