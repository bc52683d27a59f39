"""How numbers are computed fast: compiled functions, random bits, elementary functions."""
