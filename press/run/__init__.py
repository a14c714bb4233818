"""Running a chapter's cells, and what they put out."""
