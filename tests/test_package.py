"""What users install: the wheel, in an environment that has nothing else of ours."""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import scanner
from fixtures import make

ROOT = Path(scanner.__file__).parents[1]


def run(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The finished process."""
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder that holds what `make package` builds."""
    folder = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "build", "--outdir", folder, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The folder of commands of an environment into which the wheel is installed."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    [wheel] = built.glob("*.whl")
    pip = [commands / "python", "-m", "pip", "install", "--quiet"]
    done = run(*pip, "--constraint", ROOT / "constraints.txt", wheel, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return commands


def test_wheel_holds_the_package_and_its_rules(built):
    """All modules and rule files, and nothing else."""
    [wheel] = built.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    modules = {f"scanner/{path.relative_to(ROOT / 'scanner').as_posix()}" for path in (ROOT / "scanner").rglob("*.py")}
    rules = {f"scanner/_rules/{path.name}" for path in (ROOT / "rules").iterdir()}
    assert names == modules | rules | {"scanner/py.typed"}


def test_source_archive_can_be_tested(built):
    """Who packages tokensweep for a distribution finds the tests and what they read."""
    [archive] = built.glob("*.tar.gz")
    with tarfile.open(archive) as members:
        names = {name.partition("/")[2] for name in members.getnames()}
    assert {"LICENSE", "tests/test_package.py", "fixtures/leaky-service/.env", "rules/patterns.toml"} <= names


def test_installed_command_scans(installed, tmp_path):
    """The command finds its rules, and the token, from any folder."""
    service = tmp_path / "service"
    service.mkdir()
    (service / "app.py").write_text(f"TOKEN = '{make.mint(*make.TOKENS['billing'])}'\n")
    done = run(installed / "tokensweep", "scan", service, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "app.py:1" in done.stdout


def test_installed_module_runs(installed, tmp_path):
    """`python -m scanner` is the same program."""
    done = run(installed / "python", "-m", "scanner", "--version", cwd=tmp_path)
    assert done.stdout.split() == ["tokensweep", scanner.__version__]
    assert run(installed / "tokensweep", "--version", cwd=tmp_path).stdout == done.stdout
