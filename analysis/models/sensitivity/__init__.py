"""What an estimate depends on: specifications, single schools, hidden bias."""
