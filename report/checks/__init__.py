"""What a build checks: literals against what they repeat, and all that a release must meet."""
