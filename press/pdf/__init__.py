"""A book as one PDF, typeset by Typst."""
