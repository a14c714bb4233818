"""How the pilots worked: activity, time in school, fieldwork and coded evidence."""
