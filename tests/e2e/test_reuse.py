"""One secret, key, token or cookie in several environments or repositories, as a user meets it: one finding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.correlate.test_forgery import SECRET, flask_session
from tests.e2e.conftest import Run, mint
from tests.signing import key

KINDS = {
    "secret": ("secret-in-environments", lambda: f"jwt_secret: {SECRET}\n"),
    "key": ("key-in-environments", lambda: f"key: '{key('P-256').export_private()}'\n"),
    "token": ("token-in-environments", lambda: f"token: {mint()}\n"),
    "cookie": ("cookie-in-environments", lambda: f"cookie: session={flask_session(SECRET)}\n"),
}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def reused(run: Run, rule: str, *targets: object, cwd: Path) -> list[Any]:
    """The findings of a rule, each with its paths and what its evidence says of reuse."""
    report = json.loads(run("scan", "--format", "json", *targets, cwd=cwd).stdout)
    subjects = {subject["id"]: subject for subject in report["subjects"]}
    return [
        (
            finding["severity"],
            sorted(sighting["path"] for sighting in subjects[finding["subject"]]["sightings"]),
            finding["evidence"]["shared_by"],
        )
        for finding in report["findings"]
        if finding["rule"] == rule
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_environments(run: Run, tmp_path: Path, kind: str) -> None:
    """Named by file and by folder; all places stand with the one finding."""
    rule, text = KINDS[kind]
    shared = text()
    for path in ("config/production.yml", "deploy/staging/app.yml", "deploy/staging/worker.yml"):
        write(tmp_path / "shop" / path, shared)
    assert reused(run, rule, "shop", cwd=tmp_path) == [
        (
            "high" if kind in ("secret", "key") else "medium",
            ["config/production.yml", "deploy/staging/app.yml", "deploy/staging/worker.yml"],
            ["production", "staging"],
        )
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_repositories(run: Run, tmp_path: Path, kind: str) -> None:
    """Two that are scanned in one run, with files of one name; in two folders of one repository it is no reuse."""
    rule, text = KINDS[kind]
    shared = text()
    for path in ("billing/config/app.yml", "shop/config/app.yml", "shop/worker/app.yml"):
        write(tmp_path / path, shared)
    for name in ("billing", "shop"):
        (tmp_path / name / ".git").mkdir()
    assert reused(run, rule, "shop", "billing", cwd=tmp_path) == [
        (
            "medium" if kind in ("secret", "key") else "low",
            ["billing/config/app.yml", "shop/config/app.yml", "shop/worker/app.yml"],
            ["the repository billing", "the repository shop"],
        )
    ]
    assert reused(run, rule, "shop/config", "shop/worker", cwd=tmp_path) == []


def test_environments_of_two_repositories(run: Run, tmp_path: Path) -> None:
    """Both are told, and production decides."""
    for path in ("infra-production/app.yml", "infra-staging/app.yml"):
        write(tmp_path / path, KINDS["secret"][1]())
        (tmp_path / path).with_name(".git").mkdir()
    [(severity, _, shared_by)] = reused(
        run, "secret-in-environments", "infra-production", "infra-staging", cwd=tmp_path
    )
    assert severity == "high"
    assert shared_by == [
        "production", "staging", "the repository infra-production", "the repository infra-staging",
    ]  # fmt: skip


CONTENTS = {
    "names": (".env", f"JWT_SECRET_PROD={SECRET}\nJWT_SECRET_STAGING={SECRET}\n", ["production", "staging"]),
    "sections of YAML": (
        "config/secrets.yml",
        f"test:\n  keys:\n    secret_key_base: {SECRET}\nproduction:\n  secret_key_base: {SECRET}\n",
        ["production", "test"],
    ),
    "an anchor": (
        "secrets.yml",
        f"development: &dev\n  secret_key_base: {SECRET}\nproduction:\n  secret_key_base: {SECRET}\n",
        ["production", "development"],
    ),
    "tables of TOML": (
        "app.toml",
        f'[env.dev]\njwt_secret = "{SECRET}"\n[env.production]\njwt_secret = "{SECRET}"\n',
        ["production", "development"],
    ),
    "objects of JSON": (
        "app.json",
        json.dumps({"staging": {"jwtSecret": SECRET}, "prod": {"jwtSecret": SECRET}}, indent=2),
        ["production", "staging"],
    ),
    "near miss: a section that is over": (
        "app.yml",
        f"production:\n  url: https://shop.example\njwt_secret: {SECRET}\nstaging:\n  jwt_secret: {SECRET}\n",
        None,
    ),
    "near miss: a list of environments": (
        "app.yml",
        f"environments: [production, staging]\na:\n  jwt_secret: {SECRET}\nb:\n  jwt_secret: {SECRET}\n",
        None,
    ),
    "near miss: code": ("app.py", f"ENV = 'prod'\nSECRET_KEY = '{SECRET}'\nENV = 'dev'\n", None),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_environments_by_content(run: Run, tmp_path: Path, name: str) -> None:
    """Names, sections and settings of one file tell them too."""
    path, text, environments = CONTENTS[name]
    write(tmp_path / "shop" / path, text)
    found = reused(run, "secret-in-environments", "shop", cwd=tmp_path)
    assert [shared_by for _, _, shared_by in found] == ([environments] if environments else [])


def test_environments_by_settings(run: Run, tmp_path: Path) -> None:
    """What a file sets beside the secret, before or behind it."""
    write(tmp_path / "shop/a.env", f"APP_ENV=production\nJWT_SECRET={SECRET}\n")
    write(tmp_path / "shop/b.env", f"JWT_SECRET={SECRET}\nNODE_ENV=staging\n")
    [(_, paths, shared_by)] = reused(run, "secret-in-environments", "shop", cwd=tmp_path)
    assert (paths, shared_by) == (["a.env", "b.env"], ["production", "staging"])
