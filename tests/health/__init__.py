"""What the home says of itself: gaps, health, what is notable, attention."""
