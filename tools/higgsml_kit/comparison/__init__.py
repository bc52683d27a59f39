"""Approaches side by side: the same events for all, one table."""
