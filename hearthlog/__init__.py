"""The front door: what a person imports or types."""
