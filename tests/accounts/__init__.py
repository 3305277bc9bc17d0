"""Who may read and publish what, asked of a whole home with real clients."""
