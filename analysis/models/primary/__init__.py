"""The primary model, with schools conditioned out: its estimates and their covariance."""
