"""The words by which people name environments."""

import pytest

from scanner.environments import named_in, of_path


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("JWT_SECRET_PROD", {"production"}),
        ("stagingJwtSecret", {"staging"}),
        ("appProd2.yml", {"production"}),
        ("docker-compose.qa.yml", {"staging"}),
        ("e2e", {"test"}),
        ("dev-and-prod", {"development", "production"}),
        ("product", set()),
        ("deviceStaged", set()),
        ("liveview", set()),
        ("", set()),
    ],
)
def test_words(text, named):
    """Whole words, whatever joins them; what only begins like one is none."""
    assert named_in(text) == named


@pytest.mark.parametrize(
    ("path", "environment"),
    [
        ("config/production.yml", "production"),
        ("deploy/staging/app.yml", "staging"),
        ("staging/config/production.yml", "production"),
        ("tests/dev-prod/app.yml", "test"),
        ("src/app.py", ""),
    ],
)
def test_paths(path, environment):
    """The innermost name that tells one tells it; one that tells several tells none."""
    assert of_path(path) == environment
