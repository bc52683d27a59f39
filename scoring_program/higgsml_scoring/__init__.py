"""Read the results of an ingestion run, score them, draw them."""
