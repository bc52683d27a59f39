"""The organiser's and the participant's tools: dry run, checks, packing."""
