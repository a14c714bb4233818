"""The ledger: a record for every exhibit, what the records share, and what travels with it."""
