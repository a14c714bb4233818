"""A book as HTML: one page a chapter, readable from a folder without a server."""
