"""A chapter as a syntax tree: references, numbers, links and citations."""
