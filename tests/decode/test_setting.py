"""Secrets where they are set: in every form of file, in every language, and what only looks like it."""

import base64
import itertools
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decode.setting import decode, decode_in
from scanner.examine import Examiner
from scanner.model import Policy, Secret
from scanner.rulebook import load_patterns
from scanner.sources.stream import Memory
from tests.examining import origin

RANDOM = "f8Xq2LmZ7wTn0RkVb4YcJd9eGh5UaS1i"
EXAMINER = Examiner(tuple(pattern for pattern in load_patterns() if pattern.makes == "secret"), Policy())


def found(path, text):
    """The secrets in a file: their values as they stand, by name."""
    subjects = EXAMINER(Memory(text.encode(), origin(path))).subjects
    places = [(sighting, subject) for subject in subjects for sighting in subject.sightings]
    for sighting, subject in places:
        assert text.encode()[sighting.start : sighting.end] == subject.sealed.reveal()
    return [(sighting.name, subject.sealed.reveal().decode()) for sighting, subject in places]


# `@` stands for the value.
CONFIGURATION = [
    (".env", "JWT_SECRET=@\n"),
    (".env", "SECRET=@\nPORT=80\n"),
    (".travis.yml", "env:\n  global:\n    - APP_SECRET_TOKEN=@\n"),
    ("config/secrets.yml.erb", "production:\n  secret_key_base: @\n"),
    (".env", "JWT_SECRET_BASE64=@\n"),
    ("application.yml", "jwt:\n  header: Authorization\n  base64-secret: @\n"),
    ("config.yml", "totp:\n  issuer: shop.example\nsession:\n  secret: @\n  expiration: 3600\n"),
    (".env", 'export JWT_SECRET="@" # of the shop\n'),
    (".env.production", "JWT_SECRET='@'\n"),
    ("docker-compose.yml", "    environment:\n      - JWT_SECRET=@\n      - PORT=80\n"),
    ("docker-compose.yml", '    environment:\n      - "JWT_SECRET=@"\n'),
    ("docker-compose.yml", "    environment:\n      JWT_SECRET: @\n      PORT: 80\n"),
    ("docker-compose.yml", "      JWT_SECRET: ${JWT_SECRET:-@}\n"),
    ("Dockerfile", "FROM scratch\nENV JWT_SECRET=@\n"),
    ("Dockerfile", "ENV JWT_SECRET @\n"),
    ("Dockerfile", "ENV PORT=80 \\\n    JWT_SECRET=@ \\\n    A=b\n"),
    ("Dockerfile", "ARG JWT_SECRET=@\n"),
    ("run.sh", "docker run -e JWT_SECRET=@ -p 80:80 shop\n"),
    ("run.sh", "JWT_SECRET='@' npm start\n"),
    ("run.sh", "proxy --cookie-secret=@ --port 80\n"),
    ("run.sh", "proxy --cookie-secret @ --port 80\n"),
    ("README.md", "```\nexport JWT_SECRET=@\n```\n"),
    ("deploy.yaml", "        env:\n          - name: JWT_SECRET\n            value: @\n"),
    ("deploy.yaml", '        env:\n          - name: "JWT_SECRET"\n            value: "@"\n'),
    ("secret.yaml", "kind: Secret\nstringData:\n  JWT_SECRET: @\n"),
    ("task.json", '{"environment": [{"name": "JWT_SECRET", "value": "@"}]}'),
    ("task.json", '[\n  {\n    "name": "JWT_SECRET",\n    "value": "@"\n  }\n]'),
    ("main.tf", '  environment = {\n    JWT_SECRET = "@"\n  }\n'),
    ("shop.tfvars", 'jwt_secret = "@"\n'),
    ("app.json", '{"env": {"JWT_SECRET": "@"}}'),
    ("shop.service", "Environment=JWT_SECRET=@\n"),
    ("shop.service", 'Environment="JWT_SECRET=@"\n'),
    ("workflow.yml", "    env:\n      JWT_SECRET: '@'\n"),
    ("workflow.yml", "      run: JWT_SECRET=@ npm test\n"),
    ("values.yaml", "auth:\n  jwt:\n    secret: @\n"),
    ("values.yaml", 'config:\n  jwtSecret: "@"\n'),
    ("application.yml", "app:\n  jwt-secret: @ # of the shop\n"),
    ("application.yml", "secret: ${jwt.secret:@}\n"),
    ("application.properties", "app.jwt.secret=@\n"),
    ("application.properties", "app.jwt.secret = @\n"),
    ("shop.ini", "[webserver]\nsecret_key = @\n"),
    ("shop.toml", 'jwt_secret = "@"\n'),
    ("appsettings.json", '{\n  "Jwt": {\n    "Issuer": "shop",\n    "Key": "@"\n  }\n}'),
    ("appsettings.json", '{"JwtSettings": {"Secret": "@"}}'),
    ("web.config", '<add key="Jwt:Secret" value="@" />\n'),
    ("web.config", '<machineKey validationKey="@" decryptionKey="AutoGenerate" />\n'),
    ("beans.xml", '<property name="jwtSecret" value="@"/>\n'),
    ("settings.xml", "<jwtSecret>@</jwtSecret>\n"),
    ("settings.xml", '<entry key="jwt.secret">@</entry>\n'),
    ("strings.xml", '<string name="jwt_secret">@</string>\n'),
    ("shop.plist", "<key>JwtSecret</key>\n<string>@</string>\n"),
    ("dump.sql", "INSERT INTO `settings` VALUES (1,'port','80'),(2,'jwt_secret','@','x');\n"),
    ("dump.sql", "INSERT INTO settings (name, value) VALUES ('jwt_secret', '@');\n"),
    ("shop.ipynb", '   "source": [\n    "JWT_SECRET = \\"@\\"\\n",\n    "x = 1"\n   ]\n'),
    ("shop.ipynb", '   "source": [\n    "JWT_SECRET = \'@\'\\n"\n   ]\n'),
    ("shop.log", "2026-01-01 INFO started with JWT_SECRET=@ and PORT=80\n"),
    ("wp-config.php", "define('LOGGED_IN_KEY',   '@');\n"),
]

PROGRAMS = [
    ("A.kt", 'val secretSignKey = hex("@")'),
    ("A.kt", 'val secretSignKey = hex(System.getenv("SIGN_KEY") ?: "@")'),
    ("a.hs", 'key = JWT.hmacSecret "@"'),
    ("a.clj", '(def jwt-secret "@")'),
    ("a.clj", '(jwt/sign (assoc user :exp (in-days 7))\n            "@")'),
    ("a.clj", '(cookie-store {:key "@"})'),
    ("a.pl", "app->secrets([ $s{MOJO_SECRET} || '@' ]);"),
    ("a.pl", "my $t = encode_jwt(payload => {sub => $id}, alg => 'HS256', key => '@');"),
    ("a.lua", 'local token = jwt:sign("@", {payload = {sub = id}})'),
    ("a.cc", '.sign(jwt::algorithm::hs256{"@"});'),
    ("a.dart", "final key = SecretKey('@');"),
    ("a.js", "const app = new Koa();\napp.keys = ['@'];"),
    ("a.go", 'jwt.New(&jwt.GinJWTMiddleware{\n\tRealm: "orders",\n\tKey:   []byte("@"),\n})'),
    ("a.py", "class Config(object):\n    SECRET_KEY = os.environ.get('SECRET_KEY') or '@'"),
    ("A.scala", 'SessionConfig.default("@")'),
    ("a.rb", "use Rack::Session::Cookie, :key => 'sid',\n    :secret => '@'"),
    ("a.php", "$jwtSecret = md5('@');"),
    ("a.py", 'JWT_SECRET = "@"\n'),
    ("a.py", 'JWT_SECRET: Final = "@"\n'),
    ("a.py", 'JWT_SECRET = os.environ.get("JWT_SECRET", "@")\n'),
    ("a.py", 'JWT_SECRET = os.getenv("JWT_SECRET") or "@"\n'),
    ("a.py", 'JWT_SECRET = (\n    "@"\n)\n'),
    ("a.py", "app.secret_key = b'@'\n"),
    ("a.py", 'app.config["SECRET_KEY"] = "@"\n'),
    ("a.py", "app.config.update(SECRET_KEY='@')\n"),
    ("a.py", "app.add_middleware(SessionMiddleware, secret_key='@')\n"),
    ("a.py", "jwt.encode({'sub': 'ann', 'n': f(1, 2)}, '@', algorithm='HS256')\n"),
    ("a.js", "const jwtSecret = '@';\n"),
    ("a.js", "const jwtSecret =\n  '@';\n"),
    ("a.js", "const jwtSecret = `@`;\n"),
    ("a.js", "const jwtSecret = process.env.JWT_SECRET || '@';\n"),
    ("a.js", "const key = process.env.JWT_SECRET ?? '@';\n"),
    ("a.js", "app.use(session({ name: 'sid', secret: '@', resave: false }))\n"),
    ("a.js", "app.use(session({\n  resave: false,\n  secret: ['@', 'old'],\n}))\n"),
    ("a.js", "jwt.sign(\n  { id: user.id },\n  '@',\n)\n"),
    ("a.js", "app.use(cookieParser('@'))\n"),
    ("a.ts", "  private readonly jwtSecret: string = '@';\n"),
    ("a.ts", "JwtModule.register({\n  secret: '@',\n})\n"),
    ("A.java", 'private static final String JWT_SECRET = "@";\n'),
    ("A.java", '@Value("${app.jwtSecret:@}")\n'),
    ("A.java", 'Jwts.builder().signWith(SignatureAlgorithm.HS256, "@").compact();\n'),
    ("A.java", 'Keys.hmacShaKeyFor("@".getBytes(StandardCharsets.UTF_8))\n'),
    ("A.java", '"shop.jwt.secret=@", "shop.port=80"\n'),
    ("A.kt", 'private const val JWT_SECRET = "@"\n'),
    ("A.kt", 'val key = System.getenv("JWT_SECRET") ?: "@"\n'),
    ("A.cs", 'private readonly string _jwtSecret = "@";\n'),
    ("A.cs", 'configuration["Jwt:Secret"] = "@";\n'),
    ("A.cs", 'var key = Environment.GetEnvironmentVariable("JWT_SECRET") ?? "@";\n'),
    ("A.cs", 'new SymmetricSecurityKey(Encoding.UTF8.GetBytes("@"))\n'),
    ("a.go", 'var jwtSecret = []byte("@")\n'),
    ("a.go", 'const jwtSecret string = "@"\n'),
    ("a.go", '	JwtSecret: "@",\n'),
    ("a.go", 'key := getEnv("JWT_SECRET", "@")\n'),
    ("a.go", 'store := sessions.NewCookieStore([]byte("@"))\n'),
    ("a.rb", "config.secret_key_base = '@'\n"),
    ("a.rb", "set :session_secret, '@'\n"),
    ("a.rb", "key = ENV.fetch('JWT_SECRET') { '@' }\n"),
    ("a.rb", "JWT.encode payload, '@', 'HS256'\n"),
    ("a.rb", "use Rack::Session::Cookie, :key => 'rack.session', :secret => '@'\n"),
    ("a.php", "'cookieValidationKey' => '@',\n"),
    ("a.php", "'key' => env('APP_KEY', '@'),\n"),
    ("a.php", "private string $jwtSecret = '@';\n"),
    ("a.php", "JWT::decode($jwt, new Key('@', 'HS256'));\n"),
    ("a.rs", 'const JWT_SECRET: &str = "@";\n'),
    ("a.rs", 'let key = env::var("JWT_SECRET").unwrap_or_else(|_| "@".to_string());\n'),
    ("a.rs", 'EncodingKey::from_secret(b"@")\n'),
    ("a.exs", 'config :shop, ShopWeb.Endpoint, secret_key_base: "@"\n'),
    ("a.ex", 'key = System.get_env("JWT_SECRET") || "@"\n'),
    ("A.scala", 'val jwtSecret: String = "@"\n'),
    ("a.swift", 'let jwtSecret: String = "@"\n'),
    ("a.pl", "my $jwt_secret = '@';\n"),
    ("a.pl", "app->secrets(['@']);\n"),
    ("a.dart", "final String jwtSecret = '@';\n"),
    ("app.env", "TOKEN_SYMMETRIC_KEY=@\n"),
    ("a.cs", 'public const string AuthConfirmEmailSecret = "@";\n'),
    ("config/initializers/secret_token.rb", "Shop::Application.config.secret_token = '@'\n"),
]


@pytest.mark.parametrize(("path", "text"), CONFIGURATION + PROGRAMS)
def test_forms(path, text):
    """The value is found, all of it and nothing else, whatever form it stands in."""
    [(_, value)] = found(path, text[0] + text[1:].replace("@", RANDOM))
    assert value == RANDOM


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("a.py", "JWT_SECRET = 'carrots \\'n\\' \\x41pples 4711!'", b"carrots 'n' Apples 4711!"),
        ("a.php", "$jwtSecret = 'carrots\\n4711';", rb"carrots\n4711"),
        ("a.json", '{"jwt_secret": "carrots\\u00e94711!"}', "carrotsé4711!".encode()),
        ("a.py", "JWT_SECRET = 'carrots' + '-4711-onions'", b"carrots-4711-onions"),
        ("a.xml", "<jwtSecret>carrots&amp;onions-4711</jwtSecret>", b"carrots&onions-4711"),
        ("s.yaml", "kind: Secret\ndata:\n  jwt-secret: Y2Fycm90cy00NzExCg==\n", b"carrots-4711"),
        ("s.yaml", "data:\n  jwt-secret: Y2Fycm90cy00NzExCg==\nkind: Secret\n", b"carrots-4711"),
        ("a.py", "SECRET_KEY = '8q!s3)m$v7$v1f8yt0!s)3-1t$k2^x'", b"8q!s3)m$v7$v1f8yt0!s)3-1t$k2^x"),
        ("a.py", "SECRET_KEY = os.environ.get('SHOP_SECRET', 'secret-key')", b"secret-key"),
        ("a.js", "const jwtSecret = process.env.JWT_SECRET || 'jwt-secret';", b"jwt-secret"),
        ("A.java", 'class JwtUtil {\n  static final String SECRET_KEY = "grow_carrots";', b"grow_carrots"),
        ("a.yml", "jwt_secret: ${JWT_SECRET-carrots-4711}", b"carrots-4711"),
        ("A.java", '@Value("${shop.oauth.jwt-secret:carrots-4711-onions}")', b"carrots-4711-onions"),
        ("a.js", "app.use(session({ resave: false, secret: 'key' }));", b"key"),
        ("auth.config.js", "module.exports = {\n  secret: 'shop-secret-key'\n};", b"shop-secret-key"),
        ("a.cs", 'const string JWT_KEY = "SecretKeyOfCarrotsThatMustBeLong";', b"SecretKeyOfCarrotsThatMustBeLong"),
        (".env", 'HASURA_GRAPHQL_JWT_SECRET={"type":"HS256","key":"carrots-4711"}', b"carrots-4711"),
    ],
)
def test_value_is_what_the_program_gets(path, text, value):
    """Escapes are undone, pieces joined, base64 and JSON read."""
    [subject] = EXAMINER(Memory(text.encode(), origin(path))).subjects
    assert isinstance(subject.decoded, Secret)
    assert subject.decoded.value.reveal() == value


# `@` stands for a value that would be a secret elsewhere.
NEAR_MISSES = [
    ("a.yaml", "jwt_secret: 'parcels-secret-change-me'"),
    ("a.js", "const jwtSecret = 'parcels-secret-change-me';"),
    ("a.js", "jwt.sign(claims, '<your-secret>');"),
    ("a.dart", "chat.secretKey = 'sec-c-NjQ1ZjZkMjktZGZmZS00M2Q2LWI1YmMtZDE1NzcxNDkzNjAx';"),
    ("a.clj", '(jwt/sign claims)'),
    ("a.pl", "my $t = encode_jwt($claims, 'HS256', '@');"),
    ("a.ts", "const jwtSecret = process.env.JWT_SECRET;"),
    ("a.ts", "jwtSecret: string;"),
    ("a.ts", "jwtSecret: Joi.string().required(),"),
    ("a.ts", "function sign(jwtSecret: string, claims: object) {"),
    ("a.ts", "throw new Error('JWT_SECRET must be defined');"),
    ("a.ts", "console.log('jwtSecret: ', jwtSecret);"),
    ("a.ts", "const TOKEN_KEY = 'auth-token';"),
    ("a.ts", "const clientSecret = '@';"),
    ("a.ts", "const webhookSecret = '@';"),
    ("a.ts", "if (jwtSecret === '@') {}"),
    ("a.ts", "const jwtSecret = `${prefix}-${name}`;"),
    ("a.ts", "const jwtSecret = 'shop-' + uuid();"),
    ("a.ts", "jwtSecret: 'JWT_SECRET',"),
    ("a.ts", "const names = ['jwt_secret', 'session_secret', 'cookie_secret'];"),
    ("a.ts", "oauth({ clientId: 'shop', secret: '@' })"),
    ("a.ts", "s3({ accessKey: 'shop', secretKey: '@' })"),
    ("a.ts", "jwt.sign(claims, config.secret, { jwtid: '@' })"),
    ("a.ts", "crypto.createHmac('sha256', secret).update('@')"),
    ("a.ts", "// const jwtSecret = 'carrots-4711';"),
    ("a.py", "SECRET_KEY = os.environ['SECRET_KEY']"),
    ("a.py", "SECRET_KEY = get_random_secret_key()"),
    ("a.py", "aws_secret_access_key = '@'"),
    ("a.py", "hmac.new(key, b'@', hashlib.sha256)"),
    ("a.py", 'parser.add_argument("--secret-key", help="Secret key used for sessions")'),
    ("a.json", '{"jwt_secret": {"type": "string"}}'),
    ("a.json", '{"jwt_secret_label": "The secret of your tokens"}'),
    ("locales/fr.yml", "session_secret: Clé secrète de session"),
    ("a.html", '<label for="jwtSecret">JWT Secret</label>'),
    ("a.html", '<input name="jwtSecret" placeholder="Your JWT secret" />'),
    ("a.yml", "secretName: jwt-secret-of-the-shop"),
    ("a.yml", "          valueFrom:\n            secretKeyRef:\n              name: jwt\n              key: secret"),
    ("a.yml", "jwt_secret: '{{ vault_jwt_secret }}'"),
    ("a.yml", "jwt_secret: !vault |"),
    ("a.yml", "jwt_secret: ENC[AES256_GCM,data:4711,iv:0815,tag:x,type:str]"),
    ("a.yml", "jwt_secret: test"),
    ("a.tf", "secret_key = var.secret_key"),
    ("a.tf", "encryption_key = 'arn:aws:kms:eu-west-1:123456789012:key/4711'"),
    ("a.conf", "signing_key = /etc/shop/jwt.pem"),
    ("a.js", "throw new Error('cookieParser(\"carrots-4711\") required for signed cookies');"),
    ("a.js", "console.warn('Set it: module.exports.session = { secret: \\'carrots-4711\\' }');"),
    (".env", "JWT_SECRET_KEY=%kernel.project_dir%/config/jwt/private.pem"),
    ("a.go", 'hashedTokenKey := "$3:1:@:@"'),
    ("app.ini", "jwt_secret = 233"),
    (".env", "JWT_SECRET="),
    (".env", "JWT_SECRET=\nDB_HOST=db-4711.shop.example"),
    ("OAuthConstants.java", 'String TOKEN_SECRET = "oauth_token_secret";'),
    (".dev.vars", "SESSION_SECRET=<random 32 bytes: openssl rand -base64 32>"),
    ("deploy.sh", "  --set-secrets JWT_SECRET=jwt-secret:latest,API_KEY=api-key:latest"),
    ("a.json", '{"storeId": "x", "secretKey": "provider-issued-secret"}'),
    ("a.js", "app.use(session({ store: new Store({ secret: 'key' }) }));"),
    ("a.py", 'LOGIN_SESSION_KEY = "account_reset_by_code"'),
    ("a.go", 'const errNoJWTSecret = "shop: option of carrots is required when peeling is enabled"'),
    ("a.go", "const usage = `shop keys check --encryption-key @ --postgres.host postgres`"),
    ("a.py", "JWT_SECRET = 'Required: the 256 bits that sign all tokens of the carrot shop'"),
    ("a.bicep", "param permissions object = { secrets: [ 'get', 'list' ] }"),
    (".env", "TEST_JWT_SECRET=carrots"),
    (".env", "PRIVATE_KEY=carrots"),
    (".env", "S3_REGION=eu\nSECRET=carrots-and-onions"),
    ("a.properties", "jwt.secret=\n# carrots and onions\n"),
    ("Config.hs", "keep conf = conf { jwtSecret = Just carrots }"),
    ("config.py", "JWT_SECRET = carrots"),
    ("a.go", 'var names = map[string]string{"DUOSecretKey": "duo_api.secret_key"}'),
    ("secrets.yml", "development:\n  secret_key_base: development\n"),
    ("config.yml", "s3:\n  endpoint: shop.example\n  secret: @\nsession:\n  name: shop\n"),
    (".env", "JWT_SECRET=your-jwt-secret"),
    (".env", "JWT_SECRET=xxxxxxxxxxxxxxxx"),
    (".env", "JWT_SECRET=<secret>"),
    (".env", "JWT_SECRET_FILE=/run/secrets/jwt"),
    (".env", "TWITTER_ACCESS_TOKEN_SECRET=@"),
    ("a.sh", "export JWT_SECRET=$(openssl rand -hex 32)"),
    ("a.rb", 'secret_key_base: <%= ENV["SECRET_KEY_BASE"] %>'),
    ("a.rb", "# config.secret_key = 'carrots-4711-onions'"),
    ("a.go", "secretKey := os.Getenv(\"SECRET_KEY\")"),
    ("web.config", '<machineKey validationKey="AutoGenerate,IsolateApps" decryptionKey="AutoGenerate" />'),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), NEAR_MISSES)
def test_near_misses(path, text):
    """What is named, typed, asked for, referred to, or another service's, is none."""
    names = [name for name, value in found(path, text.replace("@", RANDOM) + "\n") if value != "test"]
    assert names == []


def test_two_on_one_line():
    """Each is found, with its own name."""
    text = f'{{"jwtSecret":"{RANDOM}","port":80,"session_secret":"{RANDOM[::-1]}"}}'
    assert found("a.min.js", text) == [("jwtSecret", RANDOM), ("session_secret", RANDOM[::-1])]


def test_names_as_they_stand():
    """A name is that of its place, with what it belongs to."""
    assert found("a.py", f"self.app.secret_key = '{RANDOM}'") == [("self.app.secret_key", RANDOM)]


@given(
    text=st.binary(max_size=300), before=st.binary(max_size=100), path=st.sampled_from(["a.py", ".env", "a.yml", ""])
)
def test_never_raises(text, before, path):
    """Whatever stands there, it is a secret or none; alone it is read as in a file without a name."""
    for head in (b"", b"JWT_SECRET", b"JWT_SECRET=", b'jwtSecret: "', b"jwt.sign(x, '"):
        assert isinstance(decode_in(head + text, before, path), Secret | None)
    assert decode(text) == decode_in(text, b"", "")


@given(seed=st.integers(0, 2**32), size=st.integers(24, 60))
def test_random_values(seed, size):
    """What is drawn at random is found in full, in base64 as in hexadecimal."""
    value = random.Random(seed).randbytes(size)
    for text in (base64.b64encode(value).decode(), value.hex()):
        assert found("a.py", f'JWT_SECRET = "{text}"\n') == [("JWT_SECRET", text)]


@pytest.mark.parametrize(
    "text", [b"jwt_secret" * 2000, b'jwt_secret="' + b"\\" * 100_000, b"jwt.sign(" + b"(" * 100_000]
)
def test_hostile(text):
    """Work is bounded, whatever a text is made of."""
    assert decode(text) is None


FILLINGS = (" ", "\t", "\n", "\\", "\\n", "[", "(", ":", "a", "a-", "a.", "::>!(", "\n[  ", "'a' ", "a || ", "or ", "=")
STARTS = ("", ":", ": ", ": str ", " ", "']", "')", "',", "', default", "' ", "=", "= '", "=x ", "${", "(")


@pytest.mark.parametrize("filling", FILLINGS)
def test_what_repeats_costs_little(filling):
    """Before a name or behind it, whatever repeats is read a bounded number of times: a name costs milliseconds.

    Spaces behind a colon, of which three expressions in a row could each take some, once took hours.
    """
    long = filling * (4_000 // len(filling))
    for start, head in itertools.product(STARTS, ("", "'", '"name": "', "<", "${", "\n[", "VALUES(")):
        began = time.process_time()
        decode_in(f"jwt_secret{start}{long}x".encode(), (long + head).encode(), "a.env")
        decode_in(f"secret = 'kekse'{long}x".encode(), (head + long).encode(), "a.yml")
        assert time.process_time() - began < 10
