"""How real generated events are, judged first where mu is measured.

python -m benchmarks.realism --help
"""
