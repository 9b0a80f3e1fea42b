"""Dependencies point one way: cli → pipeline → stages → what all stages share → model."""

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import scanner

PACKAGE = Path(scanner.__file__).parent
STAGES = {"sources", "detect", "decode", "correlate", "judge", "triage", "report", "execute"}
LEVELS = {
    "errors": 0,
    "model": 0,
    **dict.fromkeys(STAGES, 2),
    "cookies": 2,
    "examine": 3,
    "history": 3,
    "pipeline": 3,
    "inspection": 3,
    "rulecheck": 3,
    "cli": 4,
    "__main__": 5,
}
"""How high a part of the package stands; 1, what all stages share, if it is not named."""
HEAVY = {
    "typer",
    "rich",
    "git",
    "detect_secrets",
    "jwt",
    "joserfc",
    "cryptography",
    "jinja2",
    "pydantic",
    "jsonschema",
    "numpy",
    "isal",
    "dulwich",
}


def module_name(path: Path) -> str:
    """The dotted name of a module below the package: `report.text`; empty for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}


def imports(tree: ast.AST, *, top_level: bool = False) -> Iterator[str]:
    """The dotted names that code imports, with what it takes from them; at the module's top level, or anywhere."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                assert not node.level, "imports are absolute"
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.FunctionDef() | ast.AsyncFunctionDef() if top_level:
                pass
            case _:
                yield from imports(node, top_level=top_level)


def own_imports(name: str, *, top_level: bool = False) -> set[str]:
    """The modules of ours that a module imports, as far as their names go: `report`, `report.text`."""
    found = set()
    for full in imports(MODULES[name], top_level=top_level):
        if full == "scanner" or full.startswith("scanner."):
            target = full.removeprefix("scanner").removeprefix(".")
            found.add(target if target in MODULES else target.rpartition(".")[0])
    return found - {name}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_down(name):
    """A module imports its own part and lower ones; a stage imports no other stage."""
    part = name.partition(".")[0]
    others = {target.partition(".")[0] for target in own_imports(name)} - {part, ""}
    assert {other for other in others if LEVELS.get(other, 1) > LEVELS.get(part, 1)} == set()
    assert part not in STAGES or not others & STAGES


def test_model_stands_alone():
    """The nouns import nothing of ours but the errors, which import nothing of ours."""
    assert own_imports("model") == {"errors"}
    assert own_imports("errors") == set()


def test_no_cycles():
    """No module imports itself over others, while modules load."""
    graphlib.TopologicalSorter({name: own_imports(name, top_level=True) for name in MODULES}).prepare()


def of_history(name):
    """Whether a module is for a scan of history alone: it is imported where it is used, and loads what it needs."""
    return name.startswith(("history.", "sources.history."))


@pytest.mark.parametrize("name", sorted(name for name in MODULES if not of_history(name)))
def test_history_is_imported_where_it_is_used(name):
    """No other module loads its numpy, isal and dulwich when it is imported itself."""
    assert not list(filter(of_history, own_imports(name, top_level=True)))


@pytest.mark.parametrize(
    "name", sorted(name for name in MODULES if name.partition(".")[0] != "cli" and not of_history(name))
)
def test_heavy_libraries_are_imported_where_they_are_used(name):
    """Outside the command line no module loads a heavy library when it is imported itself."""
    assert {full.partition(".")[0] for full in imports(MODULES[name], top_level=True)} & HEAVY == set()


def test_a_clean_scan_loads_nothing_heavy(tmp_path):
    """What a pre-commit hook waits for: no library of the command line, and no rule engine where nothing matched."""
    (tmp_path / "clean.py").write_text("print('hello')\n")
    code = "import sys; from scanner.cli import main; status = main(sys.argv[1:]); print(status, *sys.modules)"
    run = subprocess.run([sys.executable, "-c", code, "scan", tmp_path], capture_output=True, text=True, check=False)
    status, *loaded = run.stdout.splitlines()[-1].split()
    assert status == "0"
    assert set(loaded) & (HEAVY | {"cel_expr_python"}) == set()
