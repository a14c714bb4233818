"""Documents written from the ledger: appendix, certificate, RO-Crate, worksheet."""
