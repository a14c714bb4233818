"""Time builds of this report after each kind of edit, compared with a first build."""
