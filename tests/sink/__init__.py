"""What the sink promises: kept before acknowledged, nothing twice, nothing unsaid."""
