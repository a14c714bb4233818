"""Read a Quarto project: configuration, options, extensions and resources."""
