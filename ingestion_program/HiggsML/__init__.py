"""Turn an event classifier into a measurement, and score the measurement."""

__all__ = ["__version__"]

__version__ = "1.0.0.dev0"
