"""Signatures verified with `--jwks`, as a user meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import NOW, Run
from tests.signing import key, key_set, public, sign
from tests.strategies import segment

CLAIMS = {"iss": "https://idp.example", "sub": "svc", "scope": "orders:read", "iat": NOW - 60, "exp": NOW + 3_000}


@pytest.fixture
def keys(project: Path) -> Path:
    """The issuer's key set, and in the project's code a genuine token and one with its signature and other claims."""
    (project / "README.md").unlink()
    genuine = sign(key("P-256"), "ES256", CLAIMS, kid="1")
    head, _, signature = genuine.split(".")
    made_up = f"{head}.{segment(json.dumps(CLAIMS | {'scope': 'admin'}).encode())}.{signature}"
    (project / "src/app.py").write_text(f'GOOD = "{genuine}"\nBAD = "{made_up}"\n')
    path = project / "issuer.json"
    path.write_bytes(key_set(public(key("P-256"), kid="1")))
    return path


def findings(text: str) -> list[tuple[int, str, str]]:
    """Line, rule and severity of the findings that `--jwks` changes."""
    found = json.loads(text)["findings"]
    rules = ("token-leaked", "token-signature-verified", "token-signature-invalid")
    return sorted((f["location"]["line"], f["rule"], f["severity"]) for f in found if f["rule"] in rules)


PROVED = [
    (1, "token-leaked", "high"),
    (1, "token-signature-verified", "info"),
    (2, "token-leaked", "low"),
    (2, "token-signature-invalid", "low"),
]


def test_what_keys_prove(run: Run, keys: Path) -> None:
    """A made-up token is no leak, a genuine one is told as such, with the key."""
    plain = run("scan", "-f", "json")
    assert findings(plain.stdout) == [(1, "token-leaked", "high"), (2, "token-leaked", "critical")]
    result = run("scan", "-f", "json", "--jwks", "issuer.json")
    assert findings(result.stdout) == PROVED
    evidence = {s["evidence"]["signature"]: s["evidence"] for s in json.loads(result.stdout)["subjects"]}
    assert evidence["valid"]["signature_key"] == "issuer.json (`1`)"
    assert evidence["invalid"]["key_certain"] is True
    shown = run("scan", "--jwks", "issuer.json").stdout
    assert "issuer.json (`1`) verifies its signature: this access token is no sample" in " ".join(shown.split())


def test_ways_to_give_keys(run: Run, keys: Path, project: Path) -> None:
    """Several flags, the variable, the configuration; paths there are relative to it."""
    (project / "other.pem").write_bytes(key("Ed25519").export_to_pem())
    assert findings(run("scan", "-f", "json", "--jwks", "other.pem", "--jwks=issuer.json").stdout) == PROVED
    assert findings(run("scan", "-f", "json", TOKENSWEEP_JWKS="other.pem:issuer.json").stdout) == PROVED
    (project / "tokensweep.toml").write_text('jwks = ["issuer.json"]\n')
    assert findings(run("scan", "-f", "json", project, cwd=project.parent).stdout) == PROVED
    assert f'jwks = ["{keys}"]' in run("config", "show").stdout


@pytest.mark.parametrize("where", ["src", "."])
def test_mistakes_are_told_before_the_scan(run: Run, keys: Path, project: Path, where: str) -> None:
    """Also where there is nothing to verify, with status 2."""
    if where == "src":
        (project / "src/app.py").write_text("")
    discovery = project / "discovery.json"
    discovery.write_text('{"issuer": "https://idp.example", "jwks_uri": "https://idp.example/keys"}')
    result = run("scan", where, "--jwks", "discovery.json")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "tokensweep: error: discovery.json: is an OpenID discovery document, which names its keys and holds none",
        "tokensweep: hint: save what is at https://idp.example/keys, and give that file",
    ]
    result = run("scan", where, "--jwks", "missing.json")
    assert (result.returncode, result.stdout) == (2, "")
    assert "missing.json: No such file or directory" in result.stderr


def test_a_private_part_is_noted(run: Run, keys: Path, project: Path) -> None:
    """In the report, as a note: it is no part of what is scanned."""
    keys.write_text(key("P-256").export(private_key=True))
    notes = json.loads(run("scan", "-f", "json", "--jwks", "issuer.json").stdout)["coverage"]["notes"]
    assert len(notes) == 1
    assert "holds its private part: whoever reads that file can sign tokens" in notes[0]
    assert str(key("P-256").export(as_dict=True)["d"]) not in notes[0]


def test_a_clean_scan_loads_no_cryptography(tmp_path: Path, keys: Path) -> None:
    """The keys are looked at, and not opened."""
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean/app.py").write_text("print('hello')\n")
    code = "import sys; from scanner.cli import main; status = main(sys.argv[1:]); print(status, *sys.modules)"
    arguments = [sys.executable, "-c", code, "scan", str(tmp_path / "clean"), "--jwks", str(keys)]
    status, *loaded = (
        subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.split("\n")[-2].split()
    )
    assert status == "0"
    assert {"cryptography", "jwt", "joserfc", "cel_expr_python"}.isdisjoint(loaded)
