"""What is known of topics: names, rooms and roles beside counts and times."""
