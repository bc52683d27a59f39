"""What runs beside a participant's code: it knows nothing secret, and nobody trusts it."""
