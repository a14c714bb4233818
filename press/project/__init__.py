"""A Quarto project: configuration, options, extension and resources."""
