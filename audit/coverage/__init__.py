"""Every number in the finished PDF: a printed value, a literal, or untraced."""
