"""What places say of a subject."""

import itertools

from scanner.judge.place import by_file, seen_facts, worst
from scanner.model import Origin, Sighting


def sighting(path, start=0, *context, members=(), commit=None):
    """A sighting with these contexts."""
    return Sighting(
        Origin("file", path, members, commit), start, start + 9, 1, start + 1, 1, start + 10, frozenset(context)
    )


LOG = sighting("a.log", 5, "log")
TEST = sighting("tests/a.py", 0, "test")
GUIDE = sighting("docs/a.md", 0, "documentation", "example")
CODE = sighting("src/z.py", 70)
MINIFIED = sighting("dist/app.min.js", 3, "minified")


def test_any_sighting_counts_for_where_it_was_seen():
    """One sighting in a log makes a subject one that was seen in a log."""
    facts = seen_facts([LOG, CODE, sighting("src/z.py", 99)], 7)
    assert facts == {
        "seen.in_log": True,
        "seen.in_ci": False,
        "seen.in_environment_file": False,
        "seen.in_test": False,
        "seen.in_documentation": False,
        "seen.in_example": False,
        "seen.in_production": False,
        "seen.in_development": False,
        "seen.in_history": False,
        "seen.at_head": True,
        "seen.only_in_tests": False,
        "seen.only_in_pipelines": False,
        "seen.files": 2,
        "seen.sightings": 7,
    }


def test_only_in_tests_asks_all_sightings():
    """Tests, documentation and examples are harmless together, and no longer with one sighting in code."""
    assert seen_facts([TEST, GUIDE], 2)["seen.only_in_tests"]
    assert not seen_facts([TEST, GUIDE, CODE], 3)["seen.only_in_tests"]
    assert not seen_facts([sighting("vendor/x.js", 0, "vendored")], 1)["seen.only_in_tests"]


def test_the_worst_sighting_is_in_code():
    """Whatever the order of finding: written code, then what is made of it, then tests, then documentation."""
    ranked = [CODE, MINIFIED, TEST, GUIDE]
    for count in range(1, 5):
        for order in itertools.permutations(ranked[-count:]):
            assert worst(order) == ranked[-count]
    assert worst([sighting("b.py", 1), sighting("a.py", 9), sighting("a.py", 4)]) == sighting("a.py", 4)


def test_files_and_members_are_places_of_their_own():
    """Sightings of one file stand together in the order of offsets, over commits; archive members stand apart."""
    first, second = sighting("a.zip", 9, members=("x.env",)), sighting("a.zip", 2, members=("y.env",))
    old, new = sighting("a.py", 4, commit="0a"), sighting("a.py", 4, commit="ff")
    assert by_file([second, new, CODE, first, old]) == [[old, new], [first], [second], [CODE]]
