"""Write documents from the ledger: appendix, certificate, RO-Crate, worksheet."""
