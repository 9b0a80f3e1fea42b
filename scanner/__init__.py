"""tokensweep: finds leaked JSON web tokens, decodes them, and says which of them can hurt, and why."""

__version__ = "0.1.0"
