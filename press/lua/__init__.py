"""Run a project's Lua filters and shortcodes with pandoc's Lua interpreter."""
