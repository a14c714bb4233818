"""Write a book as one PDF, typeset by Typst."""
