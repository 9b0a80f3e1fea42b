"""Decoding: what the bytes of a match are. Pure, bounded, without a clock and without cryptography."""
