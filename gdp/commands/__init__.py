"""The commands of `python -m gdp`, one file each: `add_to` describes it, `run` does it and returns the exit status."""
