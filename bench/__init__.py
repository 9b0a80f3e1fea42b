"""Benchmarks of tokensweep against its peers and its limits: `make bench`. Needs Linux (see README.md)."""
