"""HTTP as every route of ours speaks it: problems, parameters, accounts, limits, answers."""
