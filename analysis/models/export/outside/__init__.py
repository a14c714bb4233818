"""Scripts that reproduce the primary estimates in other languages; see `export_models`."""
