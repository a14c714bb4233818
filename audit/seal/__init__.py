"""The seal of a PDF: made, signed and verified."""
