"""What a build checks of itself: numbers by hand, readiness, earlier releases."""
