"""What the trusted process runs: it knows the data, the truth and the results."""
