"""Render a Quarto book project to HTML and PDF, independently of the study."""
