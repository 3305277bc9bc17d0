"""Starting everything on one machine: the broker, the sink, the api, and their ordered stop."""
