"""How random numbers are drawn: streams, batches, inverse distribution functions."""
