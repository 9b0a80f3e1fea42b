"""A small rule book for tests, and folders to put it into."""

from pathlib import Path

from scanner.facts import LIMITS

LIMIT_LINES = "\n".join(f"{name.removeprefix('limit.')} = 1" for name in LIMITS if name != "limit.lifetime")

BASE = f"""
vocabulary = {{ broad = ["*", "admin*"] }}

[[framework]]
framework = "CWE"
id = "CWE-613"
basis = "published"
title = "Insufficient Session Expiration"

[[family]]
id = "lifetime"
title = "Lifetime"
maps = ["CWE-613"]

[[class]]
id = "access"
title = "access token"
when = "token.has_audience"
source = "RFC 6750 §5.3"
[class.limits]
lifetime = "1h"
{LIMIT_LINES}

[[class]]
id = "unknown"
title = "token"
when = "true"
source = "ours"
[class.limits]
lifetime = "90d"
{LIMIT_LINES}

[[revocation]]
when = "true"
say = "Change the key {{token.key_id|that signs it}}."

[[cap]]
when = "token.published"
at_most = "info"
reason = "everybody knows it"

[[published]]
sha256 = "{"0" * 64}"
name = "an example"

[[pattern]]
id = "jose"
makes = "token"
decoder = "jws"
regex = 'eyJ[a-z]+'
[[pattern.example]]
text = "é «eyJabc» «eyJd»"
[[pattern.example]]
text = "eyJ0"
"""

RULE = """
[[rule]]
id = "token-no-expiry"
on = "token"
classes = ["access"]
family = "lifetime"
when = "!token.has_expiry"
severity = [{ when = "token.privileged", is = "high" }, { is = "medium" }]
title = "Token never expires"
message = "Whoever holds it keeps it; {token.issuer|its issuer} set no end."
remedy = "Set `exp`."
why = "It works for ever."
renamed_from = ["no-exp"]
[[rule.example]]
token = { header = { alg = "RS256" }, claims = { aud = "billing" } }
finds = "medium"
[[rule.example]]
token = { header = { alg = "RS256" }, claims = { aud = "billing", exp = 1 } }
finds = false
"""


def folder(path: Path, **files: str) -> Path:
    """A folder of rule files."""
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / f"{name}.toml").write_text(text, encoding="utf-8")
    return path
