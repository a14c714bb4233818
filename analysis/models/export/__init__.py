"""The primary estimates for other languages: data, specifications and scripts."""
