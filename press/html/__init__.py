"""Write a book as HTML: one page per chapter, readable from a folder without a server."""
