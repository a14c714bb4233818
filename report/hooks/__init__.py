"""Hooks around Quarto's rendering: before it, and on the pages that it leaves."""
