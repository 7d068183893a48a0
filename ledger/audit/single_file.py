"""Join the verifier's parts into the one ``verify.py`` that goes with an export."""

import ast
from importlib.resources import files

PACKAGE = "ledger.audit.verifier"
PARTS = (
    *("answers", "forms", "signatures", "policy", "archives", "files"),
    *("stamps", "openings"),
    *("tree", "chain", "books", "counts", "receipts", "program"),
)
_START = '\n\nif __name__ == "__main__":\n    sys.exit(main())\n'


def single_file() -> str:
    """Return the program: the parts' text as it stands, their imports once on top."""
    folder = files(PACKAGE)
    sources = [(folder / f"{part}.py").read_text(encoding="utf-8") for part in PARTS]
    docstring = ast.get_docstring(ast.parse(sources[-1]), clean=False)
    imports: dict[str, set[str]] = {}
    bodies = [_take_imports(source, imports) for source in sources]
    lines = [
        f"from {module} import {', '.join(sorted(names))}"
        if names
        else f"import {module}"
        for module, names in sorted(imports.items())
    ]
    head = f'"""{docstring}"""\n\n' + "\n".join(lines)
    return "\n\n\n".join([head, *bodies]) + _START


def _take_imports(source: str, imports: dict[str, set[str]]) -> str:
    """Return a part without docstring and imports; keep what it imports from outside."""
    lines = source.splitlines()
    for statement in ast.parse(source).body:
        match statement:
            case ast.Import(names):
                imports.update({alias.name: set() for alias in names})
            case ast.ImportFrom(str(module), names) if not module.startswith(PACKAGE):
                taken = {alias.name for alias in names}
                imports[module] = imports.get(module, set()) | taken
            case ast.ImportFrom() | ast.Expr(ast.Constant()):
                pass
            case _:
                continue
        for number in range(statement.lineno - 1, statement.end_lineno or 0):
            lines[number] = ""
    return "\n".join(lines).strip()
