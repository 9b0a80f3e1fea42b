"""What a path and a line say of a sighting; near misses stand beside hits."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scanner.model import CONTEXTS
from scanner.sources.context import of_line, of_path
from tests.scans import Scan, mint

PATHS = {
    "test": """
        bin/smoke.rb scripts/login.smoke.ts
        tests/a.py test/a.py src/test/java/A.java pkg/testdata/a.json spec/a.rb App.Tests/Login.cs
        integration-tests/a src/UserTest.java LoginTests.cs TokenIT.java test_a.py a_test.go a.test.ts
        a.spec.tsx a-spec.js conftest.py tests.py __tests__/a.js __snapshots__/a.snap fixtures/a.json
        testData/a.kt e2e/a.ts test-resources/a TESTS/a login.feature
    """,
    "documentation": """
        README.md README readme.txt readme_zh.txt docs/a.yml doc/a a.rst a.adoc CHANGELOG Changes.txt
        notebooks/a.ipynb distribution.md latest.md
    """,
    "example": """
        examples/a.py demo/a.ts .env.example config.example.json app-sample.yml wp-config-sample.php example.env
        example_config.toml config.template.yaml settings.py.dist phpunit.xml.dist env.sample .env.template
        sample.json
    """,
    "vendored": "vendor/a.go node_modules/a/b.js third_party/a lib/site-packages/a.py Pods/a.m .venv/a",
    "generated": "gen/a.go api.pb.go api_pb2.py package-lock.json pnpm-lock.yaml Cargo.lock yarn.lock .next/a.js",
    "minified": "app.min.js app-min.css app.js.map main.chunk.js",
    "log": """
        app.log app.log.1 app.log.2.gz app-2026-01-01.log app.log-20260101 server.log.old ci.log.txt nohup.out
        catalina.out.1 capture.har access.log access_log error_log.1 syslog messages.1 stderr logs/a.txt log/a
        var/log/app/a.jsonl logs/2026/01/a.csv.gz Build.LOG
    """,
    "ci": """
        .github/workflows/a.yml .github/actions/a/action.yml .gitlab-ci.yml .gitlab/ci/a.yml
        .gitlab-ci.prod.yaml ci/a.sh .circleci/config.yml Jenkinsfile Jenkinsfile.prod deploy.Jenkinsfile
        azure-pipelines.yml azure-pipelines-prod.yml .travis.yml bitbucket-pipelines.yml appveyor.yml .drone.yml
        buildspec.yml .tekton/a.yml bamboo-specs/a.yml
    """,
    "environment": """
        .env .env.local .env.production .envrc prod.env .env.example .env-prod .flaskenv etc/environment
        dev.env.example env.example deploy/.ENV
    """,
    "production": """
        .env.production prod.env config/production.json appsettings.Production.json values-prod.yaml
        environment.prod.ts overlays/prod/a.yaml terraform/prd/a.tfvars .gitlab-ci.prod.yaml deployProd.sh
    """,
    "development": """
        .env.development .env.local dev.env config/staging.yml values-uat.yaml appsettings.Development.json
        overlays/qa/a.yaml environments/dev/a.tfvars application-dev.properties
    """,
}
NEAR_MISSES = {
    "test": """
        latest.py contest/a.py protest.py greatest.java attestation/a.go testimonials.html testament/a
        special.py LATEST inspector.ts contests/a.rb
    """,
    "documentation": """
        history.ts src/history.py docstring.py documents/a.json readmeGenerator.js readme.py app.log.1
        libssl.so.3 man.py website/src/a.ts changelog_parser.py
    """,
    "example": """
        resample.py templates/secret.yaml chart/templates/a.yaml header.template.html distribution.md
        dist/app.js examples.d/../a democracy.txt app/template.ts src/index.html distance.py emailTemplate.html
    """,
    "vendored": "vendors/a.go src/external/client.py vendor.js pods.yaml cargo/a.rs",
    "generated": "generate.py general/a.go genes/a.py locked.json block/a deadlock.py",
    "minified": "admin.js minimal.css map.js min/a.js",
    "log": """
        catalog.py blog/a.txt blog.html dialog.out.txt changelog logger.py src/log/log.go lib/logs/parser.py
        login.json logs.ts console.log.ts errors.py messages.json backlog.md a.out outline.txt syslog.conf
        catalogs/a.txt src/logs/index.test.ts
    """,
    "ci": """
        Jenkinsfile_parser.py circle.yml.md src/ci/a.py github/workflows/a.yml travis.md buildspec.md cid/a
        docs/jenkinsfile-a.md
    """,
    "environment": """
        environment.ts environments/a.ts environment.prod.ts env.d.ts dev.env.js environ.py dotenv.js
        src/env/a.ts environment.yml venv/a
    """,
    # Also what says both, and a folder further up.
    "production": """
        product.json reproduction.py products/a.json live/a.ex production/src/a.py prod-dev.yml prod/dev.yml
        producer.ts
    """,
    "development": """
        developer.md device.json devtools.js stages/a.json dev/src/a.py locale/a.po dev-prod.yml latest.yml
    """,
}


@pytest.mark.parametrize(("context", "path"), [(name, path) for name in PATHS for path in PATHS[name].split()])
def test_paths(context: str, path: str) -> None:
    assert context in of_path(path)
    assert context in of_path(f"src/a/{path}") or path.startswith("ci/")
    assert of_path(path) <= set(CONTEXTS)


@pytest.mark.parametrize(
    ("context", "path"), [(name, path) for name in NEAR_MISSES for path in NEAR_MISSES[name].split()]
)
def test_near_misses(context: str, path: str) -> None:
    assert context not in of_path(path)


@pytest.mark.parametrize(
    "path", ["src/app.py", "config/app.yml", "index.html", "a", "", "deploy/values.yaml", "k8s/secret.yaml"]
)
def test_product_code_has_no_context(path: str) -> None:
    assert of_path(path) == frozenset()


@pytest.mark.parametrize("part", ["a.test.", "/log", "log/", "_", "a-", ".log-1", "access_", ".env."])
def test_a_hostile_path_takes_no_time(part: str) -> None:
    began = time.perf_counter()
    of_path(part * (4096 // len(part)) + "!")
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "before",
    [
        "# t = ",
        "    // ",
        "/* ",
        " */ ",
        "-- ",
        "<!-- ",
        "; t=",
        ";t=",
        "% ",
        "REM ",
        "' ",
        '"""',
        "#",
        "#!",
    ],
)
def test_comments(before: str) -> None:
    assert of_line(before.encode(), frozenset({"log"})) == {"log", "comment"}


@pytest.mark.parametrize("before", ["   * ", "* @example const jwt = '", '    /// let token = "', "//! curl -H '"])
def test_comments_that_become_documentation(before: str) -> None:
    """Javadoc, JSDoc, C#, Rust: what stands there is an example. Code that is commented out is none."""
    assert of_line(before.encode(), frozenset({"log"})) == {"log", "comment", "documentation"}


PYTHON = b'def encode(key):\n    """Encode.\n\n    Example::\n\n'


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("src/jws.py", PYTHON),
        ("src/jws.pyi", b"class Key:\n    r'''\n    An example:\n"),
        ("src/jws.py", b'# coding: utf-8\n\n"""\nSign tokens.\n'),
        ("src/jws.py", b'def f(key):  # takes bytes\n\n    """\n    For example\n'),
        ("lib/token.ex", b'  @doc """\n  Signs.\n\n'),
        ("lib/token.ex", b'  @moduledoc ~S"""\n  Signs.\n\n'),
        ("src/Jws.jl", b'x = 1\n\n"""Sign a token.\n'),
    ],
)
def test_docstrings(path: str, above: bytes) -> None:
    """What stands in one is an example."""
    assert of_line(b"    key = '", frozenset(), path, above) == {"comment", "documentation"}


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("src/jws.py", PYTHON + b'    """\n    x = 1\n'),  # it is closed
        ("src/jws.py", b'def f():\n    """Sign."""\n'),
        ("src/jws.py", b'TEMPLATE = """\nserver:\n'),  # a value
        ("src/jws.py", b'run(\n    """\n'),
        ("src/jws.py", b'x = """a\n""" % y\n'),
        ("src/Jws.kt", PYTHON),
        ("src/jws.py", b""),
    ],
)
def test_near_misses_of_docstrings(path: str, above: bytes) -> None:
    assert of_line(b"    key = '", frozenset(), path, above) == set()


@pytest.mark.parametrize(
    "before", [">>> key = '", "    >>> key = '", "    ... 'secret': '", "iex(1)> key = '", "iex> f('"]
)
def test_sessions_of_interpreters(before: str) -> None:
    """They are copied into documentation."""
    assert of_line(before.encode(), frozenset()) == {"comment", "documentation"}


def test_code_in_comments_of_ruby() -> None:
    """RDoc takes what is further in than the text around it for code."""
    assert of_line(b"    #   verifier.verify('", frozenset(), "lib/verifier.rb") == {"comment", "documentation"}
    assert of_line(b"    # f(1) # => \x27", frozenset(), "lib/verifier.rb") == {"comment", "documentation"}
    assert of_line(b"    # secret = '", frozenset(), "lib/verifier.rb") == {"comment"}
    assert of_line(b"  #   secret: '", frozenset(), "config.yml") == {"comment"}


@pytest.mark.parametrize(
    "before",
    [
        "", "t = ", '#define TOKEN "', '# define TOKEN "', '#[serde(default = "', "#{", '*token = "', "**", "--token ",
        "-----", ";(function(){", ";[", "%3D", "x = 1  # ", "https://", "'", "remote: ",
    ],
)  # fmt: skip
def test_code_is_no_comment(before: str) -> None:
    assert of_line(before.encode(), frozenset()) == frozenset()


def test_contexts_are_judged_below_the_target(root: Path, scan: Scan) -> None:
    """A project may lie in any folder."""
    folder = root / "tests/docs/example"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text(f"t = '{mint(1)}'\n# {mint(2)}\n")
    contexts = [sighting.context for subject in scan(folder).subjects for sighting in subject.sightings]
    assert sorted(contexts, key=len) == [frozenset(), {"comment"}]
    contexts = [sighting.context for subject in scan(root).subjects for sighting in subject.sightings]
    assert sorted(contexts, key=len) == [
        {"test", "documentation", "example"},
        {"test", "documentation", "example", "comment"},
    ]


def test_a_long_line_begins_where_it_begins(root: Path, scan: Scan) -> None:
    """What stands 4 KiB before a token is not the start of its line."""
    (root / "a.js").write_text("x = '" + "// " * 2000 + mint(1) + "'\n// " + mint(2) + "\n")
    contexts = {sighting.line: sighting.context for subject in scan().subjects for sighting in subject.sightings}
    assert contexts == {1: frozenset(), 2: {"comment"}}


@pytest.mark.parametrize(
    "before", ['const TEST_FAKE_KEY_0: &str = "', "mockToken: '", 'config["dummy_key"] = b"', "private val testKey = `"]
)
def test_what_is_called_a_tests_is_one(before: str) -> None:
    """A name tells it in any file."""
    assert of_line(before.encode(), frozenset()) == {"test"}


@pytest.mark.parametrize("before", ['latest = "', 'def test_login(): token = "', "contest_key: '", 'test(a, "'])
def test_other_names_say_nothing_of_tests(before: str) -> None:
    assert of_line(before.encode(), frozenset()) == frozenset()
