"""Account for every number in the finished PDF: a printed value, a literal, or untraced."""
