"""Process a chapter as a pandoc syntax tree: references, numbers, links and citations."""
