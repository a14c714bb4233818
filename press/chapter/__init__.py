"""A chapter as written: lines, cells, includes and shortcodes."""
