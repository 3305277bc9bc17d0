"""Each fault provoked for real: what was acknowledged is there, once, and the product says what happened."""
