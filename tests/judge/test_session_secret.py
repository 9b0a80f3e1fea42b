"""The facts of a session secret: what its names say, and what its value is worth."""

from scanner.judge.session_secret import secret_facts
from scanner.model import Sealed, Secret, Sighting
from tests.examining import origin


def facts(name, value, *others):
    secret = Secret(raw=Sealed(value), value=Sealed(value), name=name)
    places = [Sighting(origin(), 0, 1, 1, 1, 1, 2, name=other) for other in (name, *others)]
    return secret_facts(secret, places)


def test_of_a_framework():
    """Whose it is, and whose default."""
    found = facts("SUPERSET_SECRET_KEY", b"CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET")
    assert found["secret.framework"] == "Apache Superset"
    assert found["secret.verdict"] == "known default"
    assert found["secret.reason"] == found["secret.publisher"] == "the default of Apache Superset"
    assert found["secret.known"] == "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET"


def test_of_nobody():
    """A random value that is long enough; nothing of it is a fact."""
    value = b"f8Xq2LmZ7wTn0RkVb4YcJd9eGh5UaS1i"
    found = facts("jwtSecret", value)
    assert found["secret.verdict"] == "strong"
    assert (found["secret.bytes"], found["secret.bytes_needed"], found["secret.too_short"]) == (32, 32, False)
    assert found["secret.purpose"] == "jwt"
    assert not {"secret.framework", "secret.known", "secret.publisher"} & found.keys()
    assert value.decode() not in str(found)


def test_for_two_purposes():
    """All names count, and the greatest need."""
    found = facts("csrf_secret", b"q7Yt0Lz3Vb9Xn5Rk1Jm8", "JWT_SECRET")
    assert found["secret.names"] == ["JWT_SECRET", "csrf_secret"]
    assert found["secret.purposes"] == ["csrf", "jwt"]
    assert (found["secret.verdict"], found["secret.reason"]) == ("weak", "too short")


def test_of_a_function():
    """The function that takes it says what it is for."""
    found = facts("jwt.sign", b"carrots-and-onions")
    assert (found["secret.use"], found["secret.told_as"]) == ("JSON web tokens", "the argument of `jwt.sign`")
    assert facts("JWT_SECRET", b"carrots-and-onions")["secret.told_as"] == "`JWT_SECRET`"
