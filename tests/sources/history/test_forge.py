"""Links to forges, for all the ways in which a remote is written."""

from __future__ import annotations

import pytest

from scanner.sources.history.forge import link_for, link_of

GITHUB = "https://github.com/acme/shop/blob/c0ffee/src/a%20b.py#L7"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/acme/shop.git", GITHUB),
        ("https://github.com/acme/shop/", GITHUB),
        ("https://ann:hunter2@github.com/acme/shop.git", GITHUB),
        ("git@github.com:acme/shop.git", GITHUB),
        ("github.com:acme/shop", GITHUB),
        ("ssh://git@github.com:22/acme/shop.git", GITHUB),
        ("git://GitHub.com/acme/shop", GITHUB),
        (
            "git@gitlab.people.example:group/below/shop.git",
            "https://gitlab.people.example/group/below/shop/-/blob/c0ffee/src/a%20b.py#L7",
        ),
        ("https://bitbucket.org/acme/shop", "https://bitbucket.org/acme/shop/src/c0ffee/src/a%20b.py#lines-7"),
        ("https://codeberg.org/acme/shop", "https://codeberg.org/acme/shop/src/commit/c0ffee/src/a%20b.py#L7"),
        (
            "https://gitea.people.example/acme/shop",
            "https://gitea.people.example/acme/shop/src/commit/c0ffee/src/a%20b.py#L7",
        ),
    ],
)
def test_link_to_a_line(url, expected):
    """The line as of the commit; no name and no password of the remote's URL."""
    link = link_of(url)
    assert link is not None
    assert link("c0ffee", "src/a b.py", 7) == expected


def test_link_to_a_commit():
    """Where there is no file: a message."""
    links = [link_of(f"https://{host}/acme/shop") for host in ("github.com", "gitlab.com", "bitbucket.org")]
    assert [link and link("c0ffee", "", 1) for link in links] == [
        "https://github.com/acme/shop/commit/c0ffee",
        "https://gitlab.com/acme/shop/-/commit/c0ffee",
        "https://bitbucket.org/acme/shop/commits/c0ffee",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "", "/srv/shop.git", "../shop", "file:///srv/github.com/shop", "https://people.example/acme/shop", "https://github.com",
        "https://github.com/", "javascript:github.com/x", "ext::sh -c x% github.com/a", "https://[::1", "https://github/a/b",
        "git@github.com:/etc/passwd", "https://git\nhub.com/a/b", "C:\\github.com\\shop",
    ],
)  # fmt: skip
def test_no_link(url):
    """Paths, hosts that are not known, and what is no URL."""
    assert link_of(url) is None


@pytest.mark.parametrize("name", ["origin", "upstream"])
def test_the_remote_of_a_repository(repo, name):
    """`origin`, else the first that has a forge."""
    repo.git("remote", "add", "backup", "/srv/backup.git")
    repo.git("remote", "add", "fork", "https://github.com/else/shop")
    repo.git("remote", "add", name, "https://github.com/acme/shop")
    link = link_for(repo.root / ".git")
    assert link is not None
    assert link("c", "", 1) == f"https://github.com/{'acme' if name == 'origin' else 'else'}/shop/commit/c"


def test_includes_of_a_configuration_are_not_read(repo, tmp_path):
    """They may be any file."""
    (tmp_path / "included").write_text('[remote "origin"]\n\turl = https://github.com/acme/shop\n')
    repo.git("config", "include.path", str(tmp_path / "included"))
    assert link_for(repo.root / ".git") is None


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[remote", b"x = y\n", b'[remote "o"]\nurl\n', b"[a]\n[a]\nx=1\nx=2\n"]
)
def test_a_configuration_that_cannot_be_read(repo, content):
    """No link, and nothing raised."""
    (repo.root / ".git/config").write_bytes(content)
    assert link_for(repo.root / ".git") is None
