"""The read model: every observation of a store in columns on this machine's disk, derived from the feed."""
