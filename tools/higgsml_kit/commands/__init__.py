"""The commands of `higgsml`: a module for each, with `add_arguments` and `run`."""
