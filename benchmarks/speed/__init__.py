"""How long a build of this report takes after each kind of edit, held against a first build."""
