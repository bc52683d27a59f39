"""Shifts, cuts and derived features in numpy: faster versions are tested against them."""
