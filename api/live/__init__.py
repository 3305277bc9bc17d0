"""Event streams: history out of the read model, then what the feed brings, with no gap and no message twice."""
