"""The guard over losses: what a chapter says, held against what its pages and its print say."""
