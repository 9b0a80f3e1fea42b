"""What a user can mend. Apart from the nouns, which take longer to load than a clean commit takes to scan."""

from __future__ import annotations


class TokensweepError(Exception):
    """A mistake that the user can mend; `hint` says what to write instead. Ends the command with status 2.

    PolicyError and RuleError are the two that know a file; UsageError is the rest.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(TokensweepError):
    """A target or an option that cannot be used."""


class PolicyError(TokensweepError):
    """The user's configuration cannot be used."""


class RuleError(TokensweepError):
    """A rule file cannot be used; the message names file, rule and field."""
