"""The rules of the house, each one a test: arrows point down, and every room stays small.

A new module in `mockserver`, `contracts` or `handbook` needs a line in the tables below: the failing test
says so.
"""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("understudy", "mockserver", "contracts", "handbook", "toolkit", "speckit")

# Which of our packages each package may import besides itself.
BELOW = {
    "speckit": set(),
    "mockserver": {"speckit"},
    "contracts": {"speckit"},
    "handbook": {"speckit"},
    "toolkit": {"speckit"},
    "understudy": {"mockserver", "contracts", "handbook", "toolkit", "speckit"},
}

# Which floor of `mockserver` a module is on, by its name below `mockserver.`; a subpackage counts as one
# module. A module may import its own floor and the floors that come before it in this table. A module
# that is missing here fails `test_every_room_has_a_floor`; so does a line whose module is gone.
#   machine  pure: states, moves, guards, projection. No clock, no lock, no I/O.
#   world    a principal's resources: identifiers, index, due, clock, world, worlds, store ...
#   effects  what an operation does to a world.
#   http     Connexion, middleware, control plane, dashboard, and `app`, which builds all the rest.
FLOORS = {
    "machine": {"assigning", "combining", "direct", "evaluation", "machine"},
    "world": {
        "announcing",
        "birth",
        "breaches",
        "clock",
        "due",
        "identifiers",
        "index",
        "kin",
        "kind",
        "moments",
        "naming",
        "outbox",
        "passing",
        "past",
        "principals",
        "recurring",
        "sharing",
        "store",
        "world",
        "worlds",
    },
    "effects": {
        "answers",
        "batch",
        "effects",
        "filtering",
        "hooks",
        "listing",
        "locating",
        "paging",
        "parts",
        "replacing",
        "samples",
        "together",
        "xml",
    },
    "http": {
        "addressed",
        "app",
        "below",
        "bodies",
        "callers",
        "choices",
        "coining",
        "conformance",
        "control",
        "credentials",
        "delaying",
        "doors",
        "framework",
        "intake",
        "journal",
        "json_text",
        "likeness",
        "lines",
        "mishaps",
        "origins",
        "outside",
        "parameters",
        "playing",
        "problems",
        "provider",
        "reports",
        "routing",
        "sending",
        "shelf",
        "straying",
        "stumbling",
        "terminal",
        "wire",
    },
}

# The same for `contracts`, where a subpackage counts as one module too.
#   wire     requests and answers, and how they travel or were recorded
#   seen     pure, or nearly: what a document promises, what was seen, and what is possible
#   judges   one kind of operation each, and the observer who has them all
#   drivers  what sends: attempts, generated data, the walk
#   verdict  one run from start to end, findings done again, and how they are told
CONTRACT_FLOORS = {
    "wire": {"exchange", "wire", "pacing", "client", "routes", "keys", "recorded", "har"},
    "seen": {
        *("laws", "finding", "docket", "reckoning", "anatomy", "nature", "possible", "wall", "observed"),
        *("catalogue", "documented", "fields", "stamps", "states", "writing"),
    },
    "judges": {
        *("applicable", "bench", "reads", "creates", "changes", "matching", "lists", "observer"),
        *("batches", "comparing", "elsewhere", "parts", "replaces"),
    },
    "drivers": {
        *("values", "inputs", "variants", "planning", "making", "stage", "acts", "matrix", "onetime"),
        *("exchanges", "walk"),
    },
    "verdict": {"settings", "opening", "report", "replaying", "admission", "running", "verdict"},
}

# And for `handbook`.
#   text   Markdown, and what the document says in its own words
#   facts  schemas, errors: what several pages tell
#   pages  one kind of page each, and what stands on it
#   book   all pages of a document, and those of others
#   site   the book as a site
HANDBOOK_FLOORS = {
    "text": {"page", "prose", "raw", "words", "naming", "serving", "status"},
    "facts": {
        *("components", "conditions", "errors", "face", "promised", "shape", "traits", "runtime", "variants"),
    },
    "pages": {
        *("access", "content", "effect", "outside", "parameters", "operation", "overview", "front"),
        *("diagram", "drawing", "lifecycle", "lived", "living", "samples", "incoming", "following"),
        *("reaching", "seen", "sending"),
    },
    "book": {"book", "grouping", "own", "trying"},
    "site": {"configuration", "links", "placing", "polish", "seeking", "site"},
}

# And for `toolkit`, where each tool stands on its own: none imports another.
#   survey    what REST shapes a document has, each with its evidence
#   drafting  a first lifecycle of what the survey found
#   tools     one command each
TOOLKIT_FLOORS = {
    "survey": {"survey"},
    "drafting": {"drafting"},
    "tools": {"infer", "crud", "bundle", "diff", "lint"},
}
HOUSES = [
    ("mockserver", FLOORS),
    ("contracts", CONTRACT_FLOORS),
    ("handbook", HANDBOOK_FLOORS),
    ("toolkit", TOOLKIT_FLOORS),
]

# The product knows no API: what it plays and judges comes from documents.
API_NAMES = re.compile(r"rendley|kragle|alteryx|openreplay|taipy", re.IGNORECASE)
NOT_THE_PRODUCT = {"tests", "examples", "benchmarks"}

MOST_LINES_PER_FILE = 400
MEDIAN_FUNCTION_LINES_BELOW = 10


def modules(package: str) -> dict[str, Path]:
    """Every module of `package` by its dotted name."""
    return {_dotted(path): path for path in sorted((ROOT / package).rglob("*.py"))}


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(name: str, path: Path) -> set[str]:
    """Every dotted name the module imports, relative ones made whole; `from a import b` gives a and a.b."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, name, is_package=path.name == "__init__.py")
            found.update({origin, *(f"{origin}.{alias.name}" for alias in node.names)})
    return found


def _origin(node: ast.ImportFrom, name: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    above = parts[: len(parts) - node.level + is_package]
    return ".".join([*above, node.module] if node.module else above)


def room(dotted: str, package: str) -> str | None:
    """The room of `package` that a dotted name is in; None elsewhere, and for the package itself."""
    first, _, rest = dotted.partition(".")
    return rest.partition(".")[0] or None if first == package else None


def rooms(package: str) -> set[str]:
    return {found for name in modules(package) if (found := room(name, package))}


def forbidden_arrows(arrows: dict[str, set[str]], floors: dict[str, set[str]]) -> list[str]:
    """Say which arrows between rooms point up."""
    height = {each: level for level, floor in enumerate(floors.values()) for each in floor}
    return sorted(
        f"{source} -> {target}"
        for source, targets in arrows.items()
        for target in targets
        if source in height and target in height and height[target] > height[source]
    )


def cycle(arrows: dict[str, set[str]]) -> list[str]:
    """One way round from a module back to itself, or nothing."""
    finished: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in finished:
            return []
        for target in sorted(arrows.get(name, ())):
            if found := walk(target, [*way, name]):
                return found
        finished.add(name)
        return []

    return next((found for name in sorted(arrows) if (found := walk(name, []))), [])


def function_lengths(source: str) -> Iterator[int]:
    """Lines in the body of each function, without its docstring."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            yield (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_what_lies_below_them(package):
    """The judge shares no code with the judged, and reading a document needs neither."""
    ours = {package, *BELOW[package]}

    strangers = {
        f"{name} imports {target}"
        for name, path in modules(package).items()
        for target in imports(name, path)
        if (first := target.partition(".")[0]) in PACKAGES and first not in ours
    }

    assert not strangers


@pytest.mark.parametrize(("package", "floors"), HOUSES)
def test_every_room_has_a_floor(package, floors):
    """A module that is on no floor is held to no rule."""
    listed = [each for floor in floors.values() for each in floor]

    assert sorted(listed) == sorted(rooms(package)), "adjust the table of floors in this file"


@pytest.mark.parametrize(("package", "floors"), HOUSES)
def test_floors_import_only_what_lies_below_them(package, floors):
    """The state machine stays pure; nothing under the HTTP floor knows of HTTP; no judge knows who sends."""
    arrows: dict[str, set[str]] = {}
    for name, path in modules(package).items():
        if source := room(name, package):
            targets = {found for target in imports(name, path) if (found := room(target, package))}
            arrows.setdefault(source, set()).update(targets - {source})

    assert not forbidden_arrows(arrows, floors)


def test_no_tool_needs_another():
    """Each can be learnt, and taken away, alone."""
    tools = TOOLKIT_FLOORS["tools"]

    needed = {
        f"{name} imports {target}"
        for name, path in modules("toolkit").items()
        for target in imports(name, path)
        if {room(name, "toolkit"), room(target, "toolkit")} <= tools
        and room(name, "toolkit") != room(target, "toolkit")
    }

    assert not needed


def test_an_arrow_that_points_up_is_seen():
    """The rule above would be worth nothing if it could not fail."""
    floors = {"machine": {"machine"}, "world": {"world", "clock"}, "http": {"app"}}
    arrows = {"machine": {"clock"}, "world": {"machine", "clock", "app"}, "app": {"world", "machine"}}

    assert forbidden_arrows(arrows, floors) == ["machine -> clock", "world -> app"]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_package_imports_itself_in_a_circle(package):
    """Modules that need each other are one room with two doors."""
    inside = modules(package)

    # The package's own __init__ is left out as a target: importing anything inside imports it first.
    arrows = {
        name: {target for target in imports(name, path) if target in inside and target not in {name, package}}
        for name, path in inside.items()
    }

    assert not cycle(arrows)


def test_a_circle_is_seen():
    """The rule above would be worth nothing if it could not fail."""
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_api_is_known_by_name():
    """What only one vendor does belongs in that vendor's document."""
    product = [
        path
        for path in ROOT.rglob("*.py")
        if (top := path.relative_to(ROOT).parts[0]) not in NOT_THE_PRODUCT and not top.startswith(".")
    ]

    named = {
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in product
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if API_NAMES.search(line) or API_NAMES.search(path.stem)
    }

    assert not named


def test_one_room_knows_connexion():
    """Connexion has no types and costs a second to import; both are dealt with in one place."""
    knowing = {
        name
        for package in PACKAGES
        for name, path in modules(package).items()
        if any(target.partition(".")[0] == "connexion" for target in imports(name, path))
    }

    assert knowing == {"mockserver.framework"}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_file_outgrows_its_reader(package):
    """A file is read in one sitting."""
    lengths = {name: len(path.read_text("utf-8").splitlines()) for name, path in modules(package).items()}

    assert {name: n for name, n in lengths.items() if n > MOST_LINES_PER_FILE} == {}


def test_functions_stay_short():
    """The half of all functions that are read most fit in a glance."""
    lengths = [
        length
        for package in PACKAGES
        for path in modules(package).values()
        for length in function_lengths(path.read_text("utf-8"))
    ]

    assert statistics.median(lengths) < MEDIAN_FUNCTION_LINES_BELOW
