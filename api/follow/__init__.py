"""Following the feed: from datums to rows, and what the sink says of itself."""
