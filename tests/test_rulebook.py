"""The rule book: what it takes, and what it says of a mistake."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from scanner import rulebook
from scanner.model import Case, FrameworkEntry, RuleError, Severity
from scanner.rulebook import PatternExample
from tests.books import BASE, RULE, folder


@pytest.fixture
def base(tmp_path):
    """A small rule book that takes the place of the shipped one."""
    return folder(tmp_path / "base", base=BASE, rules=RULE)


def refusal(base: Path, *extra: Path) -> str:
    """What the loader says of a mistake."""
    with pytest.raises(RuleError) as caught:
        rulebook.load(extra, base)
    return str(caught.value)


def test_a_rule_is_read_whole(base):
    """A rule holds what its table says, with names looked up."""
    book = rulebook.load(base=base)
    (rule,) = book.rules
    assert rule.id == "token-no-expiry"
    assert rule.per == "subject"
    assert rule.classes == {"access"}
    assert rule.severity == (Case(Severity.HIGH, "token.privileged"), Case(Severity.MEDIUM))
    assert rule.confidence == "likely"
    assert rule.mappings == (FrameworkEntry("CWE", "CWE-613", "published", "Insufficient Session Expiration"),)
    assert rule.cwe == ("CWE-613",)
    assert rule.source == "rules.toml"
    assert rule.message.fill({"token.issuer": "idp.example"}) == "Whoever holds it keeps it; idp.example set no end."
    assert rule.message.fill({}) == "Whoever holds it keeps it; its issuer set no end."
    assert [example.finds for example in book.examples[rule.id]] == [Severity.MEDIUM, False]


def test_the_rest_of_the_book(base):
    """Classes keep their order and their durations become seconds."""
    book = rulebook.load(base=base)
    assert [(known.id, known.limits["lifetime"]) for known in book.classes] == [("access", 3600), ("unknown", 7776000)]
    assert book.published == {"0" * 64: "an example"}
    assert book.vocabulary == {"broad": ("*", "admin*")}
    assert [(cap.at_most, cap.reason) for cap in book.caps] == [(Severity.INFO, "everybody knows it")]
    assert book.current("no-exp") == book.current("token-no-expiry") == "token-no-expiry"


LOOKALIKE = """
[[lookalike]]
id = "corner-shop"
title = "Corner Shop key"
is = "secret"
issuer = "Corner Shop"
revoke = "Ask at the counter."
regex = 'shop_[a-z]{8}'
[[lookalike.example]]
text = "key=«shop_abcdefgh»"
[[lookalike.example]]
text = "shop_floor"
[[lookalike]]
id = "corner-cookie"
title = "Corner Shop's cookie"
is = "cookie"
regex = 'biscuit:.*'
"""


def test_a_lookalike_is_a_pattern(tmp_path):
    """One table makes what is found; what is only named makes none."""
    book = rulebook.load(base=folder(tmp_path / "base", base=BASE, shops=LOOKALIKE))
    patterns = {pattern.id: (pattern.decoder, pattern.regex, pattern.source) for pattern in book.patterns}
    assert patterns == {
        "jose": ("jws", "eyJ[a-z]+", "base.toml"),
        "corner-shop": ("vendor", "shop_[a-z]{8}", "shops.toml"),
    }


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ("shop_[a-z]{8}", "shop_[a-z", "shops.toml: lookalike `corner-shop`: regex: missing ]: [a-z"),
        ("biscuit:.*", "(", "shops.toml: lookalike `corner-cookie`: regex: missing ): ("),
        ('"shop_floor"', '"«shop_floor»"', "shops.toml: lookalike `corner-shop`: example: none is a near miss"),
        ('issuer = "Corner Shop"', "", "shops.toml: lookalike `corner-shop`: issuer: is missing"),
        ('revoke = "Ask at the counter."', "", "shops.toml: lookalike `corner-shop`: revoke: is missing"),
        ('"secret"', '"secrets"', "shops.toml: lookalike `corner-shop`: is: invalid enum value 'secrets'"),
        ("corner-cookie", "corner-shop", "shops.toml: lookalike `corner-shop`: id: 'corner-shop' is there already"),
    ],
)
def test_what_a_lookalike_must_have(tmp_path, old, new, refused):
    """Each mistake by its place."""
    mistaken = folder(tmp_path / "base", base=BASE, shops=LOOKALIKE.replace(old, new, 1))
    assert refusal(mistaken).startswith(refused)


def test_alternatives_may_stand_in_a_list(tmp_path):
    """Of an anchor and of an expression: long ones are read line by line."""
    base = BASE.replace("regex = 'eyJ[a-z]+'", "anchor = ['eyJa', 'eyJd']\nregex = ['eyJa[a-z]+', 'eyJd']")
    [pattern] = rulebook.load(base=folder(tmp_path / "base", base=base)).patterns
    assert (pattern.anchor, pattern.regex) == ("eyJa|eyJd", "eyJa[a-z]+|eyJd")


def test_marks_show_spans_in_bytes():
    """Spans count bytes of the text without its marks."""
    example = PatternExample("é «eyJabc» «eyJd»")
    assert example.blob == "é eyJabc eyJd".encode()
    assert [example.blob[start:end] for start, end in example.spans] == [b"eyJabc", b"eyJd"]
    assert PatternExample("eyJ0").spans == []


def test_the_digest_tells_rule_books_apart(base, tmp_path):
    """Twelve hex digits, the same for the same text, another for any other."""
    digest = rulebook.load(base=base).digest
    assert len(digest) == 12
    assert int(digest, 16) >= 0
    assert rulebook.load(base=base).digest == digest
    mine = folder(tmp_path / "mine", mine="disable = []")
    assert rulebook.load([mine], base).digest != digest


MISTAKES = [
    # Files and tables.
    ("[[rule]]\nid", "[[rule]\nid", "rules.toml:2:7: Expected ']]' at the end of an array declaration"),
    ("[[rule]]\nid", "[[rules]]\nid", "rules.toml: rules: is no table of a rule file; did you mean 'rule'?"),
    ("[[rule]]\nid", "[[rule]]\n[[rule.x]]\n[[rule]]\nid", "rules.toml: rule 1: x: is no field"),
    # Fields.
    ('family = "lifetime"', 'familiy = "lifetime"', "familiy: is no field; did you mean 'family'?"),
    ('why = "It works for ever."', "", "object missing required field `why`"),
    ('on = "token"', 'on = "tokens"', "on: invalid enum value 'tokens'"),
    ('title = "Token never expires"', "title = 3", "title: expected `str`, got `int`"),
    ('is = "high"', 'is = "dire"', "severity[0].is: invalid enum value 'dire'"),
    ('id = "token-no-expiry"', 'id = "tokenNoExpiry"', "id: 'tokenNoExpiry' is not in kebab case"),
    # Names of other tables.
    ('family = "lifetime"', 'family = "lifetimes"', "family: 'lifetimes' is not known; did you mean 'lifetime'?"),
    ('classes = ["access"]', 'classes = ["acess"]', "classes: 'acess' is not known; did you mean 'access'?"),
    ('on = "token"', 'on = "token"\nmaps = ["CWE-631"]', "maps: 'CWE-631' is not known; did you mean 'CWE-613'?"),
    ('["no-exp"]', '["token-no-expiry"]', "renamed_from: 'token-no-expiry' is another rule's name"),
    # Conditions.
    (
        "!token.has_expiry",
        "!token.has_expirey",
        "when: 1:7: undeclared reference to 'token.has_expirey'; did you mean 'token.has_expiry'?",
    ),
    ("!token.has_expiry", "token.lifetime", "when: 1:1: is of type int, not bool"),
    (
        "!token.has_expiry",
        "token.lifetime > '1h'",
        "when: 1:16: found no matching overload for '_>_' applied to '(int, string)'",
    ),
    ("!token.has_expiry", "token.has_expiry &&", "when: 1:20: Syntax error: mismatched input '<EOF>'"),
    ("token.privileged", "token.privilegd", "severity: case 1: 1:6: undeclared reference to 'token.privilegd'"),
    # Severity.
    (', { is = "medium" }]', "]", "severity: its last case has a condition"),
    (
        '{ when = "token.privileged", is = "high" }',
        '{ is = "high" }',
        "severity: case 1 has no condition, so none behind it",
    ),
    # Messages.
    (
        "{token.issuer|its issuer}",
        "{token.isuer|x}",
        "message: {token.isuer} is no fact that may be shown; did you mean 'token.issuer'?",
    ),
    ("{token.issuer|its issuer}", "{token.claims}", "message: {token.claims} is no fact that may be shown"),
    ("{token.issuer|its issuer}", "{token.issuer}", "message: {token.issuer} may be unknown"),
    ("{token.issuer|its issuer}", "{token.issuer", "message: has a stray brace in "),
    ("`exp`.", "`exp` {.", "remedy: has a stray brace in "),
    # Examples.
    ('finds = "medium"', "finds = false", "example: none fires"),
    ("finds = false", "finds = true", "example: none is a near miss"),
    ('finds = "medium"', 'finds = "medium"\ntext = "x"', "example 1: its text has no {token}"),
    ('finds = "medium"', 'finds = "medium"\nundecided = true', "example 1: cannot both fire and be undecided"),
    (
        'finds = "medium"',
        'finds = "medium"\nnow = 2026-01-01T00:00:00',
        "example[0].now: expected `datetime` with a timezone component",
    ),
    ('finds = "medium"', 'finds = "medium"\npolicy = { limit = 3 }', "example[0].policy.limit: is no field"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES, ids=[message for *_, message in MISTAKES])
def test_a_mistake_in_a_rule(base, old, new, message):
    """The message names the file, the rule, the field, and what is wrong with it."""
    assert RULE.count(old) >= 1
    folder(base, rules=RULE.replace(old, new, 1))
    said = refusal(base)
    assert message in said
    assert "rules.toml" in said
    if not old.startswith(("[[rule]]", "id")):
        assert said.startswith("rules.toml: rule `token-no-expiry`: ")


BASE_MISTAKES = [
    ("eyJ[a-z]+", "eyJ[a-z", "base.toml: pattern `jose`: regex: missing ]: [a-z"),
    ("eyJ[a-z]+", "(?=eyJ)", "base.toml: pattern `jose`: regex: invalid perl operator: (?="),
    ("eyJ[a-z]+", "eyJ€", "base.toml: pattern `jose`: regex: has a character above U+00FF"),
    (
        'decoder = "jws"',
        'decoder = "jws"\nholds = ["hbGci"]',
        "base.toml: pattern `jose`: holds: no gap parts what is neither joined nor in base64",
    ),
    ('decoder = "jws"', 'decoder = "jws"\njoins = true\nholds = ["hbG"]', "holds: 'hbG' is too short"),
    ('decoder = "jws"', 'decoder = "jws"\nfollows = true', "follows: names are followed from settings alone"),
    ("«eyJabc»", "«eyJabc", "base.toml: pattern `jose`: example 1: its marks are not paired"),
    ("«eyJabc» «eyJd»", "eyJ0", "base.toml: pattern `jose`: example: none fires"),
    ('"eyJ0"', '"«eyJa»"', "base.toml: pattern `jose`: example: none is a near miss"),
    ('id = "jose"', 'id = "jose_x"', "base.toml: pattern `jose_x`: id: 'jose_x' is not in kebab case"),
    ('maps = ["CWE-613"]', 'maps = ["CWE-614"]', "base.toml: family `lifetime`: maps: 'CWE-614' is not known"),
    (
        '"token.has_audience"',
        "\"token.class == 'id'\"",
        "base.toml: class `access`: when: 1:6: undeclared reference to 'token.class'",
    ),
    (
        '"token.has_audience"',
        '"seen.in_ci"',
        "base.toml: class `access`: when: 1:5: undeclared reference to 'seen.in_ci'",
    ),
    (
        'lifetime = "1h"',
        'lifetime = "1 hour"',
        "base.toml: class `access`: limits.lifetime: expected a duration such as",
    ),
    ('lifetime = "1h"', "", "base.toml: class `access`: limits: lifetime is missing: longest lifetime that passes"),
    (
        'lifetime = "1h"',
        'lifetime = "1h"\nlifetim = 1',
        "base.toml: class `access`: limits: 'limit.lifetim' is not known",
    ),
    ('id = "unknown"', 'id = "other"', "has no class `unknown`"),
    ('id = "unknown"', 'id = "access"', "base.toml: class `access`: id: 'access' is there already, in base.toml"),
    (
        'when = "token.published"',
        'when = "token.publish"',
        "base.toml: cap 1: when: 1:6: undeclared reference to 'token.publish'",
    ),
    ('at_most = "info"', 'at_most = "none"', "base.toml: cap 1: at_most: invalid enum value 'none'"),
    ("0" * 64, "0" * 63, "base.toml: published 1: sha256: is not 64 lower-case hex digits"),
    ('broad = ["*", "admin*"]', 'broad = "*"', "base.toml: vocabulary.broad: expected `array`, got `str`"),
    ("[[cap]]", "[cap]", "base.toml: cap: is no array of tables"),
]


@pytest.mark.parametrize(("old", "new", "message"), BASE_MISTAKES, ids=[message for *_, message in BASE_MISTAKES])
def test_a_mistake_in_another_table(base, old, new, message):
    """The message names the file, the entry, the field, and what is wrong with it."""
    assert old in BASE
    folder(base, base=BASE.replace(old, new, 1))
    assert message in refusal(base)


def test_names_are_unique_over_files(base):
    """One id in two files is a mistake, and the message names the other file."""
    folder(base, twice=RULE)
    assert refusal(base) == "twice.toml: rule `token-no-expiry`: id: 'token-no-expiry' is there already, in rules.toml"


def test_words_are_unique_over_files(base):
    """A list of words stands in one file."""
    folder(base, words='vocabulary = { broad = ["x"] }')
    assert refusal(base) == "words.toml: vocabulary.broad: is there already, in another file"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff", "is not UTF-8, at byte 0"), (b"x = " + b"[" * 100_000, "is nested too deeply")],
    ids=["bytes", "depth"],
)
def test_a_file_that_is_no_toml(base, content, message):
    """Bytes that are no TOML are a mistake with a place, never a crash."""
    (base / "broken.toml").write_bytes(content)
    assert refusal(base) == f"{base / 'broken.toml'}: {message}"


class TestUsersRules:
    """Folders of the user's own."""

    def test_add(self, base, tmp_path):
        """A rule of the user's stands among the others."""
        mine = folder(
            tmp_path / "mine", mine=RULE.replace('["no-exp"]', "[]").replace("token-no-expiry", "acme-no-expiry")
        )
        assert [rule.id for rule in rulebook.load([mine], base).rules] == ["acme-no-expiry", "token-no-expiry"]

    @pytest.mark.parametrize("name", ["token-no-expiry", "no-exp"])
    def test_disable(self, base, tmp_path, name):
        """A rule can be turned off, by a former name too."""
        book = rulebook.load([folder(tmp_path / "mine", mine=f'disable = ["{name}"]')], base)
        assert book.rules == ()
        assert book.examples == {}

    def test_regrade(self, base, tmp_path):
        """One severity takes the place of all cases."""
        book = rulebook.load([folder(tmp_path / "mine", mine='[regrade]\ntoken-no-expiry = "low"')], base)
        assert book.rules[0].severity == (Case(Severity.LOW),)

    def test_mistakes(self, base, tmp_path):
        """Names are checked, and tables that are not the user's to change are refused."""
        assert refusal(base, folder(tmp_path / "a", a='disable = ["token-no-expiri"]')) == (
            "a.toml: disable: 'token-no-expiri' is not known; did you mean 'token-no-expiry'?"
        )
        assert refusal(base, folder(tmp_path / "b", b='regrade = { nothing = "low" }')) == (
            "b.toml: regrade: 'nothing' is not known"
        )
        assert refusal(base, folder(tmp_path / "c", c="[[cap]]\n")) == "c.toml: cap: is no table of a rule file"
        assert refusal(base, tmp_path / "d") == f"{tmp_path / 'd'}: is no folder"
        assert refusal(base, folder(tmp_path / "e")) == f"{tmp_path / 'e'}: holds no rule files"

    def test_a_mistake_shows_in_a_clean_scan(self, tmp_path):
        """Reading patterns alone must not hide that the user's rules are broken."""
        mine = folder(tmp_path / "mine", mine='disable = ["no-such-rule"]')
        with pytest.raises(RuleError, match="'no-such-rule' is not known"):
            rulebook.load_patterns([mine])


class TestShipped:
    """The rules that come with the package."""

    def test_every_rule_maps_to_what_users_asked_for(self):
        """Requested ids stand beside published ones, and a CWE is among these."""
        for rule in rulebook.load().rules:
            requested = {(entry.framework, entry.id) for entry in rule.mappings if entry.basis == "requested"}
            assert {name for _, name in requested} == {"NHI-03", "PR.AC-4"}, rule.id
            assert rule.cwe, rule.id
            assert {entry.framework for entry in rule.mappings if entry.basis == "published"} > {"CWE"}, rule.id

    def test_patterns_stand_where_a_clean_scan_looks(self):
        """The short way to the patterns gives what the long way gives."""
        assert rulebook.load_patterns() == rulebook.load().patterns

    def test_patterns_load_without_the_rule_engine(self):
        """A clean scan imports neither the runtime of conditions nor RE2 for its patterns."""
        code = "import sys; from scanner.rulebook import load_patterns; load_patterns(); print(*sys.modules)"
        loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
        assert not {"cel_expr_python", "re2", "scanner.facts", "scanner.expressions"} & set(loaded)

    def test_the_digest_covers_all_files(self):
        """Every shipped file is part of the digest."""
        digest = hashlib.sha256()
        for path in sorted(rulebook.folder().glob("*.toml")):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        assert rulebook.load().digest == digest.hexdigest()[:12]


def test_the_digest_is_that_of_the_whole_book(tmp_path):
    """A report of a clean scan names the same rules without reading them."""
    (tmp_path / "own.toml").write_text('disable = ["token-no-key-id"]\n')
    assert rulebook.digest() == rulebook.load().digest
    assert rulebook.digest([tmp_path]) == rulebook.load([tmp_path]).digest != rulebook.digest()
