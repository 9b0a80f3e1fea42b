"""One class of tokens: from its table to a checked `TokenClass`."""

from __future__ import annotations

from scanner.expressions import of_classes
from scanner.facts import LIMITS
from scanner.rulebook import TokenClass
from scanner.rulebook.files import ClassTable, Place
from scanner.rulebook.rule import check_condition, look_up
from scanner.written import duration


def make_class(place: Place, table: ClassTable) -> TokenClass:
    """The class that a table states. Raises RuleError."""
    check_condition(of_classes(), table.when, place, "when")
    check_condition(of_classes(), table.public, place, "public")
    check_public(place, table.public, table.public_why)
    for number, requirement in enumerate(table.requires, 1):
        if requirement.when is not None:
            check_condition(of_classes(), requirement.when, place, f"requires {number}: when")
    return TokenClass(
        id=table.id,
        title=table.title,
        types={name.lower(): title for name, title in table.types.items()},
        when=table.when,
        gives=table.gives,
        without_expiry=table.without_expiry,
        public=table.public,
        public_why=table.public_why,
        limits=_limits(place, table),
        requires=table.requires,
        source=table.source,
    )


def check_public(place: Place, public: str, why: str) -> None:
    """Refuse a condition without a reason, or the other way round."""
    if (public == "false") != (not why):
        place.refuse("public_why", "goes with `public`: which tokens are made to be seen by everybody, and why")


def _limits(place: Place, table: ClassTable) -> dict[str, int]:
    limits = {}
    for name, value in table.limits.items():
        look_up(f"limit.{name}", LIMITS, place, "limits")
        try:
            limits[name] = value if isinstance(value, int) else duration(value)
        except ValueError as error:
            place.refuse(f"limits.{name}", str(error))
    for name, limit in LIMITS.items():
        if limit.always and name.removeprefix("limit.") not in limits:
            place.refuse("limits", f"{name.removeprefix('limit.')} is missing: {limit.meaning}")
    return limits
