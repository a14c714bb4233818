"""The audit trail as web pages: one for each exhibit, file and module, and an index of all."""
