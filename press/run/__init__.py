"""Execute a chapter's cells and process their outputs."""
