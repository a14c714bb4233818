"""Results that rest on what was published: facts, findings, and the later trial."""
