"""One door a concept: no file too long to read, and no class name with two meanings."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 400
FILES = [
    file
    for package in (ROOT / "syncd", *sorted((ROOT / "connectors").glob("syncd_*")))
    for file in sorted(package.rglob("*.py"))
    if "migrations" not in file.parts
]


def test_no_file_has_over_400_lines() -> None:
    lengths = {str(file.relative_to(ROOT)): len(_text(file).splitlines()) for file in FILES}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_a_public_class_name_has_one_meaning() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for file in FILES:
        for node in ast.parse(_text(file)).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(file.relative_to(ROOT)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {_module(file): file for file in FILES}
    arrows = {name: _imports(file) & modules.keys() - {name} for name, file in modules.items()}
    while free := [name for name, targets in arrows.items() if not targets & arrows.keys()]:
        for name in free:
            del arrows[name]
    assert sorted(arrows) == []


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _module(file: Path) -> str:
    root = ROOT / "connectors" if "connectors" in file.relative_to(ROOT).parts else ROOT
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(file: Path) -> set[str]:
    """Return what a module imports when it is imported; what functions import comes later."""
    imported = set()
    for node in ast.parse(_text(file)).body:
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            imported |= names | {node.module}
    return imported
