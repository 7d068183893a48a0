"""Keep the house's limits: each check reads source and says what is out of place."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("ledger", "risk", "contracts", "finance", "api")
DOMAINS = ("risk", "contracts", "finance")
EXACT = ("ledger", "finance", "contracts")
MOST_LINES_IN_FILE = 400
MOST_LINES_IN_FUNCTION = 50
MOST_LINES_IN_HANDLER = 15
MOST_PARAMETERS = 6
MANY_PARAMETERS = 4  # beyond these, all after the first two go by keyword
MOST_LETTERS_IN_LINE = 100

COMMITS = "ledger/database.py"
KNOWS_TABLES = "api/models.py"  # migrations compare every table there is
# The verifier stands alone: it may use nothing of ours, not even the clock.
READS_CLOCK = {"ledger/clock.py", "ledger/audit/verifier/program.py"}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}

_VERBS = {"get", "post", "put", "patch", "delete"}
_FLOATING = {"float", "Float", "Double", "DOUBLE", "REAL", "complex"}
_CLOCK_METHODS = {"now", "utcnow", "today"}
_CLOCKS = {"datetime.datetime", "datetime.date"}
_CLOCK_CALLS = {"time.time", "time.time_ns", "time.localtime", "time.gmtime"}
_BARE_NOQA = re.compile(r"#[ ]noqa(?!: [A-Z]+\d+(, ?[A-Z]+\d+)* - \w+)")
_BARE_IGNORE = re.compile(r"#[ ]type: ignore(?!\[[\w, -]+\]  # \w+)")
_ABSOLUTE_PATH = re.compile(r"(?<![\w.:/-])/(home|root|Users|work|opt|mnt)/\w")
_REGISTRY = re.compile(r"https?://[\w.]*(pypi|pythonhosted)")


@dataclass(frozen=True)
class Source:
    """One Python file: its place in the house, its text, its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> "Source":
        """Read a text as a file of the house."""
        return cls(path, text, ast.parse(text))

    @property
    def floor(self) -> str:
        """The first folder: which package, tests or the root."""
        return self.path.partition("/")[0]

    def lines(self) -> Iterator[tuple[int, str]]:
        """Number the lines from one."""
        return enumerate(self.text.splitlines(), 1)


Finding = tuple[int, str]
Check = Callable[[Source], Iterator[Finding]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def faults(root: Path) -> list[str]:
    """Check every Python file below a root; one sentence for each thing out of place."""
    return [fault for source in sources(root) for fault in faults_of(source)]


def sources(root: Path) -> Iterator[Source]:
    """Read the files of the house, and nothing that merely lies in it."""
    tops = [root / name for name in (*PACKAGES, "tests")]
    files = [file for top in tops for file in sorted(top.rglob("*.py"))]
    for file in (root / "start.py", *files):
        if file.exists() and "__pycache__" not in file.parts:
            path = file.relative_to(root).as_posix()
            yield Source.of(path, file.read_text("utf-8"))


def faults_of(source: Source) -> list[str]:
    """Run every check that counts for a file's place."""
    checks = list(EVERYWHERE)
    if source.floor in PACKAGES:
        checks += IN_PACKAGES
    if source.floor in EXACT:
        checks.append(no_floats)
    return [
        f"{source.path}:{line}: {what}"
        for check in checks
        for line, what in sorted(check(source))
    ]


def short_files(source: Source) -> Iterator[Finding]:
    """Limit a file's lines and a line's letters."""
    count = len(source.text.splitlines())
    if count > MOST_LINES_IN_FILE:
        yield 1, f"{count} lines, at most {MOST_LINES_IN_FILE}"
    for number, line in source.lines():
        if len(line) > MOST_LETTERS_IN_LINE:
            yield number, f"{len(line)} letters, at most {MOST_LETTERS_IN_LINE}"


def short_functions(source: Source) -> Iterator[Finding]:
    """Limit a function's lines; a route handler has fewer."""
    for function in _functions(source):
        most = (
            MOST_LINES_IN_HANDLER if _is_handler(function) else MOST_LINES_IN_FUNCTION
        )
        count = (function.end_lineno or 0) - function.lineno + 1
        if count > most:
            yield function.lineno, f"{function.name} has {count} lines, at most {most}"


def few_parameters(source: Source) -> Iterator[Finding]:
    """Limit a function's parameters; many go by keyword. The object is not counted."""
    for function in _functions(source):
        given = function.args
        by_place = [
            item.arg
            for item in (*given.posonlyargs, *given.args)
            if item.arg not in {"self", "cls"}
        ]
        count = len(by_place) + len(given.kwonlyargs)
        name = function.name
        if count > MOST_PARAMETERS:
            yield function.lineno, f"{name} takes {count}, at most {MOST_PARAMETERS}"
        if count > MANY_PARAMETERS and len(by_place) > 2 and not _is_handler(function):
            yield function.lineno, f"{name}: keyword-only after the first two"


def one_place_commits(source: Source) -> Iterator[Finding]:
    """Let only the one door to the database commit."""
    if source.path == COMMITS:
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="commit")):
                yield node.lineno, f"only {COMMITS} commits"
            case ast.Constant(value=str(text)) if (
                text.strip(" ;\n").upper() == "COMMIT"
            ):
                yield node.lineno, f"only {COMMITS} commits"


def no_floats(source: Source) -> Iterator[Finding]:
    """Keep floating point away from money, and from everything beside it."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Constant(value=float() | complex()):
                word = "a float literal"
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _FLOATING:
                word = name
            case _:
                continue
        yield node.lineno, f"{word} where amounts are whole numbers"


def one_clock(source: Source) -> Iterator[Finding]:
    """Let only the clock's own file read the machine's time."""
    if source.path in READS_CLOCK:
        return
    names = _imported_names(source)
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Attribute | ast.Name):
            continue
        place = _dotted(node, names)
        owner, _, method = place.rpartition(".")
        asks = owner in _CLOCKS and method in _CLOCK_METHODS
        if asks or place in _CLOCK_CALLS:
            yield node.lineno, f"{place}: ask the clock that was given"


def plain_imports(source: Source) -> Iterator[Finding]:
    """Refuse relative imports and imports inside functions."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node.lineno, "a relative import"
    for function in _functions(source):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node.lineno, f"an import inside {function.name}"


def whole_packages(source: Source) -> Iterator[Finding]:
    """Refuse to reach past a domain package's front door from outside it."""
    if source.path == KNOWS_TABLES:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom):
            places = [node.module or ""]
        elif isinstance(node, ast.Import):
            places = [item.name for item in node.names]
        else:
            continue
        for place in places:
            floor, *inside = place.split(".")
            home = "/".join([floor, *inside[:1]])
            deep = floor in DOMAINS and len(inside) > 1
            if deep and not source.path.startswith(f"{home}/"):
                yield node.lineno, f"{place}: import the package, not its insides"


def no_print(source: Source) -> Iterator[Finding]:
    """Keep packages from talking to a terminal past its own library."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
            yield node.lineno, "print in a package"


def documented(source: Source) -> Iterator[Finding]:
    """Ask every module to say what it is for, in a sentence."""
    said = (ast.get_docstring(source.tree) or "").partition("\n")[0]
    if not said.endswith((".", "?", ":")):
        yield 1, "the module does not open with a sentence"


def telling_names(source: Source) -> Iterator[Finding]:
    """Refuse file names that say nothing."""
    if VAGUE_NAMES & set(source.path.removesuffix(".py").split("/")):
        yield 1, "name the file after what it does"


def reasoned_exceptions(source: Source) -> Iterator[Finding]:
    """Ask for a reason beside each rule that is switched off."""
    for number, line in source.lines():
        if _BARE_NOQA.search(line) or _BARE_IGNORE.search(line):
            yield number, "a rule is switched off without a reason"


def no_foreign_places(source: Source) -> Iterator[Finding]:
    """Keep one machine's paths and registries out of the text."""
    yield from foreign_places(source.text)


def foreign_places(text: str) -> Iterator[Finding]:
    """Find absolute paths of somebody's machine and addresses of a registry."""
    for number, line in enumerate(text.splitlines(), 1):
        if _ABSOLUTE_PATH.search(line) or _REGISTRY.search(line):
            yield number, "a path or address of one machine"


EVERYWHERE: tuple[Check, ...] = (
    short_files,
    short_functions,
    reasoned_exceptions,
    no_foreign_places,
    telling_names,
)
IN_PACKAGES: tuple[Check, ...] = (
    few_parameters,
    one_place_commits,
    one_clock,
    plain_imports,
    whole_packages,
    no_print,
    documented,
)


def _functions(source: Source) -> Iterator[Function]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _is_handler(function: Function) -> bool:
    return any(
        isinstance(mark, ast.Call)
        and isinstance(mark.func, ast.Attribute)
        and mark.func.attr in _VERBS
        for mark in function.decorator_list
    )


def _imported_names(source: Source) -> dict[str, str]:
    """Tell what each imported name stands for, under whatever name it came in."""
    names: dict[str, str] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names |= {item.asname or item.name: item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {
                item.asname or item.name: f"{node.module}.{item.name}"
                for item in node.names
            }
    return names


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    return ""
