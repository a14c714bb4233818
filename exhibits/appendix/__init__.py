"""Exhibits of the technical appendix that rest on published findings, or on this study's proofs."""
