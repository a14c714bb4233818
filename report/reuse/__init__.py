"""What a build can reuse: determined by its dependencies, and checked at each use."""
