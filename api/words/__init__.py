"""Words: every sentence that the api says about the home's own state, from one table."""
