"""The pool of events that pseudo-experiments are drawn from: how it is packed and read."""
