"""Gaps: where a series is silent, whose silence it is, and how that is known. Nothing is ever filled in."""
