"""Labelled files: session secrets as frameworks are given them, private keys, and what only stands in their place.

One file holds one secret or key, or none. All are drawn here; a seed always gives the same secrets, keys are new ones.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.cases import Case

_WORDS: Final = ("carrot", "onion", "parcel", "harbour", "lantern", "meadow", "copper", "saddle", "violin", "walnut")

_SETTINGS: Final = {
    "Django": ("settings.py", "DEBUG = False\nSECRET_KEY = '{}'\n"),
    "Django, with a default": ("settings.py", 'SECRET_KEY = os.environ.get("SECRET_KEY", "{}")\n'),
    "Flask": ("app.py", 'app = Flask(__name__)\napp.secret_key = "{}"\n'),
    "Flask's configuration": ("app.py", 'app.config["SECRET_KEY"] = "{}"\n'),
    "PyJWT": ("auth.py", 'token = jwt.encode(claims, "{}", algorithm="HS256")\n'),
    "Tornado": ("server.py", 'settings = dict(xsrf_cookies=True, cookie_secret="{}")\n'),
    "express-session": ("server.js", "app.use(session({{ secret: '{}', resave: false }}));\n"),
    "cookie-parser": ("server.js", "app.use(cookieParser('{}'));\n"),
    "jsonwebtoken": ("auth.js", "const token = jwt.sign({{ id: user.id }}, '{}', {{ expiresIn: '1h' }});\n"),
    "a fallback in JavaScript": ("auth.ts", "const JWT_SECRET = process.env.JWT_SECRET || '{}';\n"),
    "NestJS": ("constants.ts", "export const jwtConstants = {{\n  secret: '{}',\n}};\n"),
    "Spring, properties": ("application.properties", "server.port=80\napp.jwtSecret={}\n"),
    "Spring, YAML": ("application.yml", "security:\n  jwt:\n    secret-key: {}\n    expiration: 3600\n"),
    "Java": ("JwtUtil.java", 'class JwtUtil {{\n  private static final String SECRET_KEY = "{}";\n}}\n'),
    "Kotlin": ("Security.kt", 'val verifier = JWT.require(Algorithm.HMAC256("{}")).build()\n'),
    "ASP.NET Core": (
        "appsettings.json",
        '{{\n  "JwtSettings": {{\n    "SecretKey": "{}",\n    "Issuer": "shop"\n  }}\n}}\n',
    ),
    "C#": ("Startup.cs", 'var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes("{}"));\n'),
    "Rails": ("secrets.yml", "production:\n  secret_key_base: {}\n"),
    "Sinatra": ("app.rb", "enable :sessions\nset :session_secret, '{}'\n"),
    "Laravel": (".env", "APP_NAME=shop\nJWT_SECRET={}\n"),
    "PHP": ("auth.php", "<?php $jwt = JWT::encode($claims, '{}', 'HS256');\n"),
    "WordPress": ("wp-config.php", "<?php define('LOGGED_IN_KEY', '{}');\n"),
    "Gorilla": ("main.go", 'var store = sessions.NewCookieStore([]byte("{}"))\n'),
    "Go": ("auth.go", 'var jwtSecret = []byte("{}")\n'),
    "Rust": ("auth.rs", 'let key = EncodingKey::from_secret("{}".as_bytes());\n'),
    "Phoenix": ("config.exs", 'config :shop, ShopWeb.Endpoint,\n  secret_key_base: "{}",\n  server: true\n'),
    "Play": ("application.conf", 'play.http.secret.key="{}"\n'),
    "an environment file": (".env.production", "PORT=80\nSESSION_SECRET={}\n"),
    "Compose": ("docker-compose.yml", "services:\n  web:\n    environment:\n      - NEXTAUTH_SECRET={}\n"),
    "a default of Compose": ("compose.yaml", "    environment:\n      JWT_SECRET: ${{JWT_SECRET:-{}}}\n"),
    "Helm": ("values.yaml", "auth:\n  cookieSecret: {}\n  enabled: true\n"),
    "Kubernetes, a variable": ("deploy.yaml", "        env:\n        - name: JWT_SECRET\n          value: {}\n"),
    "Dockerfile": ("Dockerfile", "FROM scratch\nENV SESSION_SECRET={}\n"),
    "Terraform": ("main.tf", 'environment = {{\n  JWT_SECRET = "{}"\n}}\n'),
    "TOML": ("config.toml", '[session]\ncookie_secret = "{}"\n'),
    "shell": ("start.sh", "export JWT_SECRET='{}'\n"),
}
"""A file's name and its text, by what reads it."""

_NONE: Final = {
    "a placeholder": (".env", "JWT_SECRET=your-jwt-secret-here\n"),
    "an order": ("settings.py", 'SECRET_KEY = "change-me-in-production"\n'),
    "no value": (".env", "JWT_SECRET=\nDATABASE_HOST=db-4711.shop.example\n"),
    "a variable": ("compose.yaml", "      - SESSION_SECRET=${SESSION_SECRET}\n"),
    "the environment": ("auth.ts", "const jwtSecret = process.env.JWT_SECRET as string;\n"),
    "a call": ("settings.py", "SECRET_KEY = get_random_secret_key()\n"),
    "a template": ("values.yaml", 'cookieSecret: "{{ .Values.global.cookieSecret }}"\n'),
    "a file": (".env", "JWT_SECRET_FILE=/run/secrets/jwt_signing_key\n"),
    "a reference of Kubernetes": ("deploy.yaml", "secretKeyRef:\n  name: shop-session-secrets\n  key: jwt-secret\n"),
    "an encrypted value": ("secrets.yaml", "jwt_secret: ENC[AES256_GCM,data:q83vASNFZ4k=,iv:3q2+7w==,tag:yv66vg==]\n"),
    "a hash": ("users.yml", "password: $2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZbXh1Yv8nqYQ1lB6u0O4W2hX1Z9tZe\n"),
    "a type": ("config.ts", "interface Config {\n  sessionSecret: string;\n}\n"),
    "a schema": ("schema.json", '{"jwt_secret": {"type": "string", "minLength": 32}}\n'),
    "a check": ("auth.ts", "if (!secret) throw new Error('JWT_SECRET must be set to at least 32 characters');\n"),
    "a label": ("form.html", '<label for="jwtSecret">The secret of your tokens</label>\n'),
    "a translation": ("locales/de.yml", "de:\n  session_secret: Das Geheimnis der Sitzung\n"),
    "a key of a store": ("auth.ts", "export const TOKEN_KEY = 'shop_auth_token';\n"),
    "a key of a session": ("views.py", 'LOGIN_SESSION_KEY = "account_login_by_code"\n'),
    "a table": ("models.py", '__tablename__ = "user_session_secret_keys"\n'),
    "a digest of a package": (
        "yarn.lock",
        "  integrity sha512-W7s+uC5bikET2twEFg6UzMDMH6dfIfIKcEeO7ZbXh1Yv8nqYQ1lB6g==\n",
    ),
    "a commit": ("ci.yml", "  uses: shop/deploy@9c1f84b7e02d6a53f1b07c9ed84a62533b1e0f4c\n"),
    "a public key": ("key.pem", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAtest\n-----END PUBLIC KEY-----\n"),
    "the marks of a key": ("keys.py", 'if text.startswith("-----BEGIN PRIVATE KEY-----"):\n    load(text)\n'),
}
"""What a scanner is right to be silent about."""


_FORMS: Final = {
    "PKCS#8": PrivateFormat.PKCS8,
    "traditional": PrivateFormat.TraditionalOpenSSL,
    "OpenSSH": PrivateFormat.OpenSSH,
}


def cases(seed: int = 1) -> Iterator[Case]:
    """All labelled files; `suffix` is a whole name below a folder of its own."""
    chance = random.Random(seed)
    for place, (name, template) in _SETTINGS.items():
        for value in (chance.randbytes(32).hex(), _base64url(chance.randbytes(32)), _made_up(chance)):
            yield Case("session secrets", place, name, template.format(value).encode(), holds=True)
    for place, name, text in _keys():
        yield Case("private keys", place, name, text.encode(), holds=True)
    for place, (name, text) in _NONE.items():
        yield Case("look-alike", place, name, text.encode(), holds=False)


def _made_up(chance: random.Random) -> str:
    return "-".join([*chance.sample(_WORDS, 3), str(chance.randrange(1000, 9999))])


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _keys() -> Iterator[tuple[str, str, str]]:
    """Private keys in the forms in which they lie about: what it is, a file's name, its text."""
    curve = ec.generate_private_key(ec.SECP256R1())
    pairs: dict[str, Any] = {
        "RSA": rsa.generate_private_key(65537, 2048),
        "EC": curve,
        "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    }
    for kind, pair in pairs.items():
        for name, form in _FORMS.items():
            if kind == "Ed25519" and name == "traditional":
                continue
            pem = pair.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
            yield f"{kind}, {name}", "signing.pem", pem
            yield f"{kind}, {name}, in JSON", "account.json", json.dumps({"private_key": pem}) + "\n"
        encoded = base64.b64encode(pem.encode()).decode()
        yield f"{kind}, in base64", "secret.yaml", f"kind: Secret\ndata:\n  signing.pem: {encoded}\n"
    numbers = curve.private_numbers()
    d, x, y = (
        _base64url(number.to_bytes(32, "big"))
        for number in (numbers.private_value, numbers.public_numbers.x, numbers.public_numbers.y)
    )
    yield "EC, JWK", "jwks.json", json.dumps({"keys": [{"kty": "EC", "crv": "P-256", "d": d, "x": x, "y": y}]}) + "\n"
