"""Read the source of a chapter: lines, cells, includes and shortcodes."""
