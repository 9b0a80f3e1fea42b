"""The registry of facts: everything that a rule may ask of a subject, with its type, unit and meaning.

A fact that is not known is left out of a subject's facts, unless it is registered as `always` known. Only facts that
are `shown` may reach a message or a report: never the value of a claim beyond the issuer's host and names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

FactType = Literal["bool", "int", "string", "list", "map"]
"""A list holds strings; a map is JSON with string keys."""
Unit = Literal["", "seconds", "time", "bytes"]
"""`time` is whole seconds since 1970-01-01 UTC, within the years 1 to 9998."""


class Fact(msgspec.Struct, frozen=True):
    """Something that may be known of a subject."""

    name: str
    type: FactType
    meaning: str
    unit: Unit = ""
    shown: bool = False
    """Whether it may be printed."""
    always: bool = False
    """Whether it is known for every subject of its kind."""
    since: Literal["decoding", "issuer", "class", "verdict"] = "decoding"
    """What has to be known before it is. What tells issuers and classes apart cannot ask for what follows from them;
    a text for people that follows from the verdict stands in messages alone, and its words are ours."""


def _registry(*facts: Fact) -> Mapping[str, Fact]:
    return {fact.name: fact for fact in facts}


FACTS = _registry(
    # What it is.
    Fact(
        "token.form",
        "string",
        "`jws`, `jwe` for an encrypted one, `sd-jwt`, `paseto`, `branca`, `biscuit`, `macaroon`, or `vendor` for a key "
        "in a service's own format",
        shown=True,
        always=True,
    ),
    Fact(
        "token.class",
        "string",
        "what it is for, of the classes in rules/classes.toml",
        shown=True,
        always=True,
        since="class",
    ),
    Fact("token.class_title", "string", "its class in words: `access token`", shown=True, always=True, since="class"),
    Fact(
        "token.gives",
        "string",
        "what its class gives to whoever holds it: `access`, `identity`, `nothing`, or `unknown`",
        shown=True,
        always=True,
        since="class",
    ),
    Fact(
        "token.state", "string", "`live`, `expired`, `not_yet` or `unknown`, by its own word", shown=True, always=True
    ),
    Fact("token.published", "bool", "whether it is an example from public documentation", shown=True, always=True),
    Fact("token.published_name", "string", "which published example it is", shown=True),
    Fact(
        "token.has_claims",
        "bool",
        "whether its payload can be read, so that what its claims say is known",
        shown=True,
        always=True,
    ),
    Fact("token.anomalies", "list", "what a strict parser would refuse", shown=True, always=True),
    # Header and signature; of tokens with a JOSE header only.
    Fact("token.algorithm", "string", "`alg` as written", shown=True),
    Fact(
        "token.algorithm_kind",
        "string",
        "`none`, `hmac`, `rsa`, `rsa_pss`, `ecdsa`, `eddsa`, `ml_dsa`, `nkey`, `encryption`, `password`, "
        "`prohibited`, `unregistered` or `missing`",
        shown=True,
    ),
    Fact(
        "token.type",
        "string",
        "`typ` of the header in lower case, without `application/`; empty without one",
        shown=True,
    ),
    Fact("token.encryption", "string", "`enc` as written", shown=True),
    Fact(
        "token.encryption_kind",
        "string",
        "`registered`, `prohibited` or `unregistered`; empty without an `enc`",
        shown=True,
    ),
    Fact("token.header_names", "list", "names of the header's parameters", shown=True),
    Fact("token.header_faults", "list", "where the header contradicts its token", shown=True),
    Fact("token.crit_faults", "list", "where `crit` breaks RFC 7515 §4.1.11", shown=True),
    Fact("token.compressed", "bool", "whether its text was compressed before encryption", shown=True),
    Fact("token.iterations", "int", "`p2c`, how often a password was hashed to make its key", shown=True),
    Fact("token.has_key_id", "bool", "whether the header has a `kid` that is not empty", shown=True),
    Fact("token.key_id", "string", "`kid`, where it is a plain short id that tells nothing of the key", shown=True),
    Fact("token.embeds_key", "bool", "whether the header brings a key: `jwk` or `x5c`", shown=True),
    Fact(
        "token.key_id_shapes",
        "list",
        "what `kid` looks like that it must not: `path`, `SQL`, `command`, `LDAP filter`, `control character`, `URL`, "
        "`JSON structure`, `over-long text`",
        shown=True,
    ),
    Fact("token.key_urls", "list", "which of `jku` and `x5u` the header has", shown=True),
    Fact("token.key_url_faults", "list", "what is wrong with them", shown=True),
    Fact("token.key_type", "string", "type of the key that the header brings: `RSA`, `EC`, `OKP` …", shown=True),
    Fact("token.key_bits", "int", "size of that key: of its modulus or its curve, in bits", shown=True),
    Fact("token.key_faults", "list", "what makes that key weak or unfit", shown=True),
    Fact("token.private_members", "list", "private members of the header's `jwk`", shown=True),
    Fact("token.signature_bytes", "int", "length of the signature", "bytes", shown=True),
    Fact("token.signature_fits", "bool", "whether a signature of that length can be valid", shown=True),
    # What its form alone tells.
    Fact(
        "token.payload",
        "string",
        "what the payload is: `object`, `json`, `text`, `binary`, `empty`, `detached` or `encrypted`",
        shown=True,
        always=True,
    ),
    Fact("token.serialization", "string", "of a JOSE token: `compact`, `flattened` or `general`", shown=True),
    Fact("token.disclosures", "list", "names of the claims that an SD-JWT discloses beside its own", shown=True),
    Fact("token.key_bound", "bool", "whether an SD-JWT comes with the proof of its holder's key", shown=True),
    Fact("token.version", "string", "version of a PASETO: `v1` to `v4`", shown=True),
    Fact("token.purpose", "string", "purpose of a PASETO: `local` for an encrypted one, or `public`", shown=True),
    Fact("token.location", "string", "location of a macaroon as written; its host is the issuer"),
    Fact("token.caveats", "int", "how many caveats narrow a macaroon", shown=True),
    Fact("token.third_party_caveats", "int", "how many of them a third party must discharge", shown=True),
    Fact("token.blocks", "int", "how many blocks a Biscuit has", shown=True),
    Fact("token.third_party_blocks", "int", "how many of them a third party signed", shown=True),
    Fact("token.sealed", "bool", "whether no block can be added to a Biscuit", shown=True),
    Fact("token.time_bound", "bool", "whether a caveat or a check ends a macaroon or a Biscuit", shown=True),
    Fact("token.vendor", "string", "which entry of rules/lookalikes.toml a key of a service is", shown=True),
    Fact("token.vendor_public", "bool", "whether such a key is public by design", shown=True),
    Fact("token.vendor_grave", "bool", "whether it opens all that its account holds", shown=True),
    Fact("token.vendor_revocation", "string", "how to end it", shown=True),
    # Who and for whom.
    Fact("token.has_issuer", "bool", "whether it names an issuer", shown=True),
    Fact("token.issuer", "string", "host of the issuer, or its name where it is plain words", shown=True),
    Fact("token.issuer_claim", "string", "`iss` as written"),
    Fact("token.issuer_real", "bool", "whether the issuer is a host on the internet", shown=True),
    Fact(
        "token.issuer_environment",
        "string",
        "`production` or `development` (tests and staging too), where the issuer's name says so; else empty",
        shown=True,
    ),
    Fact("token.issuer_cleartext", "bool", "whether the issuer is a real host that is named by `http:`", shown=True),
    Fact(
        "token.issuer_known",
        "bool",
        "whether rules/issuers.toml knows the issuer",
        shown=True,
        always=True,
        since="issuer",
    ),
    Fact("token.issuer_id", "string", "which issuer of rules/issuers.toml it comes from", shown=True, since="issuer"),
    Fact("token.issuer_title", "string", "that issuer in words: `GitHub Actions`", shown=True, since="issuer"),
    Fact(
        "token.issuer_name",
        "string",
        "issuer in words, and its host: `Keycloak at sso.example`",
        shown=True,
        since="issuer",
    ),
    Fact(
        "token.issuer_lifetime",
        "int",
        "how long tokens of this issuer live unless it is told otherwise",
        "seconds",
        shown=True,
        since="issuer",
    ),
    Fact(
        "token.issuer_publishes_keys",
        "bool",
        "whether the issuer signs what others check with keys whose public half it publishes",
        shown=True,
        since="issuer",
    ),
    Fact("token.issuer_documentation", "string", "where the issuer documents its tokens", shown=True, since="issuer"),
    Fact(
        "token.revocable",
        "bool",
        "whether its issuer can end this one token before its time",
        shown=True,
        since="issuer",
    ),
    Fact(
        "token.issuer_revocation", "string", "how its issuer ends such a token, in a line", shown=True, since="verdict"
    ),
    Fact("token.revocation", "string", "how to end this token, in a line", shown=True, always=True, since="verdict"),
    Fact("token.public_because", "string", "why it is made to be seen by everybody", shown=True, since="verdict"),
    Fact(
        "token.public_by_design",
        "bool",
        "whether it is made to be seen by everybody, so that it is no leak",
        shown=True,
        always=True,
        since="class",
    ),
    Fact("token.has_subject", "bool", "whether it names a subject", shown=True),
    Fact("token.subject", "string", "`sub` as written"),
    Fact("token.self_issued", "bool", "whether `iss` and `sub` are the same", shown=True),
    Fact("token.has_audience", "bool", "whether it names an audience", shown=True),
    Fact("token.audiences", "list", "the audiences as written"),
    Fact("token.audience_count", "int", "how many audiences it names", shown=True),
    Fact("token.audience_wildcard", "bool", "whether an audience stands for all", shown=True),
    Fact("token.audience_hosts", "int", "on how many hosts other than the issuer's audiences are", shown=True),
    Fact("token.audience_parties", "int", "how many such hosts, and audiences by name, there are", shown=True),
    Fact("token.audience_cleartext", "bool", "whether an audience is a token endpoint by `http:`", shown=True),
    Fact("token.audience_elsewhere", "bool", "whether an audience is on a host other than the issuer's"),
    Fact(
        "token.confirmation",
        "string",
        "by which member of `cnf`, or as `nkey` of NATS, its holder must prove to be the right one; else empty",
        shown=True,
    ),
    Fact("token.public_client", "bool", "whether it was given to a client without a secret", shown=True),
    # When.
    Fact("token.has_expiry", "bool", "whether it has an `exp`; 0 counts as none", shown=True),
    Fact("token.has_issued_at", "bool", "whether it has an `iat`", shown=True),
    Fact("token.has_not_before", "bool", "whether it has an `nbf`", shown=True),
    Fact("token.expires_at", "int", "`exp`", "time", shown=True),
    Fact(
        "token.ends_at",
        "int",
        "when it ends: `exp`, or sooner where it is taken for so long after its `iat` only",
        "time",
        shown=True,
        since="class",
    ),
    Fact(
        "token.extended_for",
        "int",
        "how much longer it is taken than until it was to be renewed",
        "seconds",
        shown=True,
        since="class",
    ),
    Fact(
        "token.stale",
        "bool",
        "whether it has expired for longer than `limit.stale`, so that its leak is history",
        shown=True,
        always=True,
        since="class",
    ),
    Fact(
        "token.renew_by",
        "int",
        "when its holder was to have a new one, where the issuer lets it live on",
        "time",
        shown=True,
        since="issuer",
    ),
    Fact(
        "token.life",
        "string",
        "its state in words, with the time: `live until 2027-01-31 12:00 UTC`",
        shown=True,
        always=True,
        since="class",
    ),
    Fact("token.issued_at", "int", "`iat`", "time", shown=True),
    Fact("token.not_before", "int", "`nbf`", "time", shown=True),
    Fact("token.lifetime", "int", "`exp` less `iat`, or less `nbf` without one", "seconds", shown=True),
    Fact(
        "token.valid_for", "int", "its lifetime or, where that is not known, what remains of it", "seconds", shown=True
    ),
    Fact("token.endless", "bool", "whether it expires after this century", shown=True),
    Fact("token.remaining", "int", "time until it expires", "seconds", shown=True),
    Fact("token.expired_for", "int", "time since it expired", "seconds", shown=True),
    Fact("token.age", "int", "time since it was issued", "seconds", shown=True),
    Fact("token.times_invalid", "list", "the time claims that are no usable date", shown=True),
    Fact("token.times_nonstandard", "list", "the time claims that are not in seconds", shown=True),
    Fact("token.time_conflicts", "list", "time claims that contradict each other or the clock", shown=True),
    # What it may do.
    Fact("token.scopes", "list", "names of scopes and permissions", shown=True),
    Fact("token.scope_count", "int", "how many scopes and permissions it has", shown=True),
    Fact("token.roles", "list", "names of roles and groups"),
    Fact("token.privileges", "list", "the scopes, roles and flags that give wide power", shown=True),
    Fact("token.privileged", "bool", "whether it has such a privilege", shown=True),
    Fact("token.scope_writes", "list", "the scopes that change something", shown=True),
    Fact("token.scope_products", "int", "over how many products the scopes range that change something", shown=True),
    Fact("token.scope_offline", "bool", "whether it has the scope of a client that stays logged in", shown=True),
    # What it carries.
    Fact("token.claim_names", "list", "names of all claims", shown=True),
    Fact("token.claims", "map", "the claims, for users' own rules"),
    Fact("token.header", "map", "the header, for users' own rules", always=True),
    Fact(
        "token.claims_cut",
        "bool",
        "whether claims or header were too large to be judged whole",
        shown=True,
        always=True,
    ),
    Fact("token.use", "string", "what `token_use`, `token_type`, `typ` or `type` among the claims says, else empty"),
    Fact("token.has_token_id", "bool", "whether it has a `jti`, or names its session", shown=True),
    Fact("token.missing", "list", "the claims that its class requires and that it has not", shown=True, since="class"),
    Fact(
        "token.missing_else", "list", "those of them whose absence no rule of its own tells", shown=True, since="class"
    ),
    Fact("token.personal_claims", "list", "claims that tell about a person", shown=True),
    Fact("token.sensitive_claims", "list", "those of them that law or harm sets apart", shown=True),
    Fact("token.secret_claims", "list", "claims that hold a secret", shown=True),
    Fact("token.token_claims", "list", "claims that hold another token", shown=True),
    # What a private key is.
    Fact(
        "key.form",
        "string",
        "how it is stored: `pkcs1`, `pkcs8`, `sec1`, `dsa`, `openssh`, `ssh2`, `putty`, `pgp`, `jwk`, `pkcs12`, `jks` "
        "or `jceks`",
        shown=True,
        always=True,
    ),
    Fact("key.title", "string", "what it is in words: `RSA private key of 2048 bits`", shown=True, always=True),
    Fact(
        "key.kind",
        "string",
        "`RSA`, `EC`, `Ed25519`, `Ed448`, `X25519`, `X448`, `DSA`, `oct` for a shared secret …; unknown where "
        "encryption hides it",
        shown=True,
    ),
    Fact("key.bits", "int", "size of its modulus, its curve or its secret, in bits", shown=True),
    Fact("key.curve", "string", "its curve, where it is an `EC` key", shown=True),
    Fact("key.encrypted", "bool", "whether a password encrypts it", shown=True, always=True),
    Fact("key.locked", "bool", "whether that password is none that everybody knows", shown=True, always=True),
    Fact("key.incomplete", "bool", "whether it is cut short, or cannot be read as a key", shown=True, always=True),
    Fact("key.weaknesses", "list", "what makes it breakable", shown=True, always=True),
    Fact("key.fits", "list", "the algorithms of JSON web tokens that it can sign with", shown=True, always=True),
    Fact("key.has_key_id", "bool", "whether it has a `kid`", shown=True, always=True),
    Fact("key.thumbprint", "string", "RFC 7638 thumbprint of its public half", shown=True),
    Fact("key.public", "map", "its public half as a JWK, for users' own rules"),
    Fact("key.count", "int", "how many keys a store holds", shown=True),
    Fact("key.published", "bool", "whether it is a key from public documentation", shown=True, always=True),
    Fact(
        "key.known",
        "bool",
        "whether everybody can use it: it is published, or opens with a password that manuals print",
        shown=True,
        always=True,
    ),
    Fact("key.known_because", "string", "why everybody can use it: `it opens with changeit`", shown=True),
    # What was proved.
    Fact("evidence.verified", "bool", "whether a key that was given verifies its signature", shown=True, always=True),
    Fact(
        "evidence.signature",
        "string",
        "what the given keys tell of its signature: `valid`; `invalid`, where the key that it names does not verify "
        "it; `unknown_key`; `retired_key`, where its key seems to be published no longer; `unfit_key`, where the key "
        "that it names may not verify its algorithm; `broken_key`, where that key verifies nothing; `forged`, where "
        "its secret is the text of a public key",
        shown=True,
    ),
    Fact("evidence.signature_key", "string", "the key of which `evidence.signature` speaks", shown=True),
    Fact(
        "evidence.key_certain",
        "bool",
        "whether a key that does not verify it is surely the one of its issuer, not another of the same name",
        shown=True,
    ),
    Fact("evidence.key_bits", "int", "bits of that key, where its length is a choice", shown=True),
    Fact("evidence.key_thumbprint", "string", "RFC 7638 thumbprint of that key, if it is public", shown=True),
    Fact("evidence.key_weaknesses", "list", "what makes that key breakable", shown=True),
    Fact("evidence.retirement", "string", "why its key seems to be published no longer", shown=True),
    # Of a cookie.
    Fact("cookie.family", "string", "its wire format, of those in rules/cookies-*.toml", shown=True, always=True),
    Fact("cookie.title", "string", "that format in words: `signed value of itsdangerous`", shown=True, always=True),
    Fact("cookie.frameworks", "list", "the frameworks that make such cookies", shown=True, always=True),
    Fact("cookie.names", "list", "what it is called where it was seen", shown=True, always=True),
    Fact(
        "cookie.gives",
        "string",
        "what whoever can make one gets: `identity`, `code`, `state`, or `nothing`",
        shown=True,
        always=True,
    ),
    Fact(
        "cookie.payload",
        "string",
        "what its content is: `object`, `json`, `text`, `binary`, `encrypted` or `opaque`",
        shown=True,
        always=True,
    ),
    Fact("cookie.claim_names", "list", "names of the members of its content, where that is JSON in clear", shown=True),
    Fact("cookie.serializer", "string", "what wrote its binary content: `pickle`, `marshal`, `php` …", shown=True),
    Fact("cookie.issued_at", "int", "when it was made", "time", shown=True),
    Fact("cookie.expires_at", "int", "when it ends", "time", shown=True),
    Fact("cookie.state", "string", "`live`, `expired` or `unknown`, by its own word", shown=True, always=True),
    # Of a session secret.
    Fact("secret.name", "string", "what it is called where it stands: `SECRET_KEY`", shown=True, always=True),
    Fact("secret.names", "list", "what it is called in all places", shown=True, always=True),
    Fact(
        "secret.told_as",
        "string",
        "that in words: `SECRET_KEY`, or the argument of `jwt.sign`",
        shown=True,
        always=True,
    ),
    Fact(
        "secret.purpose",
        "string",
        "what its name says that it is for: `session`, `jwt`, `cookie`, `csrf`, `encryption` or `framework`",
        shown=True,
    ),
    Fact("secret.purposes", "list", "what all its names say that it is for", shown=True, always=True),
    Fact(
        "secret.purposes_differ",
        "bool",
        "whether its names say that it is for several of these: JSON web tokens, sessions and cookies, encryption",
        shown=True,
        always=True,
    ),
    Fact("secret.use", "string", "that in words: `JSON web tokens`, `Django`", shown=True),
    Fact("secret.framework", "string", "the framework or application that has a secret of that name", shown=True),
    Fact(
        "secret.verdict",
        "string",
        "what its value is: `known default`, `weak`, `strong`, or `test value`",
        shown=True,
        always=True,
    ),
    Fact("secret.reason", "string", "why, in words: `the default of Redash`, `too short`", shown=True, always=True),
    Fact(
        "secret.bits",
        "int",
        "what an attacker has to search through, estimated from above, as an exponent of two; 0 for what is published",
        shown=True,
        always=True,
    ),
    Fact("secret.guessable", "bool", "whether that is less than 80", shown=True, always=True),
    Fact("secret.bytes", "int", "its length", "bytes", shown=True, always=True),
    Fact("secret.bytes_needed", "int", "the length that what it is for asks for", "bytes", shown=True, always=True),
    Fact("secret.too_short", "bool", "whether it is shorter", shown=True, always=True),
    Fact("secret.published", "bool", "whether it stands in rules/known-secrets.txt", shown=True, always=True),
    Fact("secret.known", "string", "its value, where that stands there and so is no secret", shown=True),
    Fact("secret.publisher", "string", "who publishes that: `the default of Redash`", shown=True),
    # Where it was seen.
    Fact("seen.sightings", "int", "how many times it was seen", shown=True, always=True),
    Fact("seen.files", "int", "in how many files it was seen", shown=True, always=True),
    Fact("seen.in_log", "bool", "whether it was seen in a log", shown=True, always=True),
    Fact("seen.in_ci", "bool", "whether it was seen in a pipeline's configuration", shown=True, always=True),
    Fact("seen.in_environment_file", "bool", "whether it was seen in an environment file", shown=True, always=True),
    Fact("seen.in_test", "bool", "whether it was seen in a test", shown=True, always=True),
    Fact("seen.in_documentation", "bool", "whether it was seen in documentation", shown=True, always=True),
    Fact("seen.in_example", "bool", "whether it was seen in an example", shown=True, always=True),
    Fact("seen.in_production", "bool", "whether it was seen in a place named for production", shown=True, always=True),
    Fact(
        "seen.in_development",
        "bool",
        "whether it was seen in a place named for development, testing or staging",
        shown=True,
        always=True,
    ),
    Fact("seen.in_history", "bool", "whether it was found in a repository's history", shown=True, always=True),
    Fact(
        "seen.at_head",
        "bool",
        "whether it stands at the head of a branch, or in what is no history",
        shown=True,
        always=True,
    ),
    Fact(
        "seen.only_in_tests",
        "bool",
        "whether all sightings are in tests, documentation or examples",
        shown=True,
        always=True,
    ),
    Fact(
        "seen.only_in_pipelines",
        "bool",
        "whether all sightings are in configuration of pipelines, in tests, documentation or examples",
        shown=True,
        always=True,
    ),
    # What was proved of it.
    Fact("evidence.has_known_secret", "bool", "whether a known secret signs it", shown=True, always=True),
    Fact("evidence.known_secret", "string", "that secret, where everybody can know it", shown=True),
    Fact("evidence.known_secret_name", "string", "that secret in words, and who publishes it", shown=True),
    Fact("evidence.known_secret_bytes", "int", "its length", "bytes", shown=True),
    Fact(
        "evidence.known_secret_bytes_needed",
        "int",
        "the length from which on the algorithm protects (RFC 7518 §3.2)",
        "bytes",
        shown=True,
    ),
    Fact(
        "evidence.secrets_tried",
        "int",
        "how many known secrets were tried on it, or on one like it, in vain",
        shown=True,
    ),
    Fact(
        "evidence.forgeable",
        "bool",
        "whether what was scanned holds the secret or the key that signs it",
        shown=True,
        always=True,
    ),
    Fact("evidence.signed_by", "string", "where the secret or key lies that signs it, in what was scanned", shown=True),
    Fact("evidence.signs_as", "string", "what its signature was proved to be: `Flask session`", shown=True),
    Fact("evidence.signs", "bool", "whether a secret or key of the scan signs anything in it", shown=True, always=True),
    Fact("evidence.forges", "list", "what a secret or key of the scan was proved to sign", shown=True),
    Fact("evidence.forges_count", "int", "how many tokens and cookies of the scan it signs", shown=True),
    Fact(
        "evidence.purposes_differ",
        "bool",
        "whether what it was proved to sign is not all of one framework, which would derive a key for each purpose: "
        "JSON web tokens and cookies, or cookies of several frameworks",
        shown=True,
        always=True,
    ),
    Fact(
        "evidence.shared",
        "bool",
        "whether it was seen in several environments or repositories",
        shown=True,
        always=True,
    ),
    Fact(
        "evidence.environments",
        "list",
        "the environments in which it was seen, by its names, by what stands around it, and by paths; where "
        "`evidence.shared`",
        shown=True,
    ),
    Fact(
        "evidence.repositories",
        "list",
        "the repositories in which it was seen, by their folders; empty for one; where `evidence.shared`",
        shown=True,
    ),
    Fact("evidence.shared_by", "list", "both in words, those of which there are several", shown=True),
    # What became of it in history.
    Fact("evidence.first_commit", "string", "the first commit that held it", shown=True),
    Fact("evidence.exposed_from", "int", "when that commit was made", "time", shown=True),
    Fact(
        "evidence.exposed_until",
        "int",
        "when the last commit that took it away was made; unknown while the head of a branch holds it",
        "time",
        shown=True,
    ),
    Fact("evidence.exposed_for", "int", "time from the one to the other, or until now", "seconds", shown=True),
    Fact("evidence.exposed_while_valid", "int", "how much of that time it was valid", "seconds", shown=True),
    Fact("evidence.returned", "bool", "whether it came back after it was taken away", shown=True),
    Fact(
        "evidence.fix",
        "string",
        "what took it away: `none` did, or it was `deleted`, or `replaced` by another token",
        shown=True,
    ),
    Fact("evidence.key_changed", "bool", "whether another key signs what replaced it", shown=True),
)
"""All facts, by name."""

LIMITS = _registry(
    Fact("limit.lifetime", "int", "longest lifetime that passes", "seconds", shown=True, always=True),
    Fact(
        "limit.lifetime_hard", "int", "lifetime above which it is a serious fault", "seconds", shown=True, always=True
    ),
    Fact(
        "limit.stale", "int", "an expiry longer ago than this makes a leak harmless", "seconds", shown=True, always=True
    ),
    Fact("limit.scopes", "int", "most scopes and permissions that pass", shown=True, always=True),
    Fact("limit.products", "int", "most products that its scopes may change something in", shown=True, always=True),
    Fact("limit.audiences", "int", "most audiences that pass", shown=True, always=True),
)
"""The limits of a token's class that rules compare facts with; every class has all of them."""
