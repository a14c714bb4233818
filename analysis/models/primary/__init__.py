"""The primary model: schools conditioned out, its estimates and their covariance."""
