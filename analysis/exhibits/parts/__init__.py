"""What exhibits are built from: their four kinds, rows, words, rules and style."""
