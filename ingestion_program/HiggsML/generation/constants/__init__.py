"""The constants of the generator: particles, detector, radiation."""
