"""Lua filters and shortcodes of a project, run by the Lua in pandoc."""
