#!/usr/bin/python3
"""The architecture, checked.

The modules and rooms are derived from the tree: modules/*/ and src/*/, with what their CMakeLists.txt declares.
Rules, by the names that fixtures/ uses:

  dotdot             no include with `..`
  private-include    a quoted include stays within its own module or room
  undeclared-use     <parley/...> comes from the kernel, the module itself, or what it declares under USES or ROOMS
  cycle              what modules and rooms declare has no cycle
  room-uses-module   mechanism (src/, but for src/app) knows no module
  edge-is-a-leaf     a module that speaks a protocol (declares parley_net) is used by no module
  heavy              a heavy library is included only where that is the file's role (HEAVY below)
  light-public       public headers include the standard library and parley headers, nothing else
  kernel-includes    kernel headers include the standard library and kernel headers
  module-shape       a module has the agreed folders and no others
  coroutine          none of the forms that gcc 12 miscompiles (include/parley/task.hpp)
  file-length        a source file stays below 600 lines
  top-level          the repository's root has the agreed entries
  standalone         every public header compiles alone, seeing only what its owner declares

Each rule must hold for the repository, and every folder fixtures/<rule>/<case>/ must break its rule and no other.
The last line is `N passed, N failed`. Usage: check.py [--root DIR] (another tree: its findings, status 1 if any).
"""
import concurrent.futures
import fnmatch
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# Header, and the files that may include it, from the repository's root. First match counts.
HEAVY = [
    # A unit that instantiates Beast's WebSocket stream compiles for half a minute: there is one.
    (r"boost/beast/websocket", ["src/net/websocket_stream.cpp"]),
    (r"boost/", ["src/net/*", "tests/unit/net/*", "tests/fuzz/http_connection.cpp"]),
    (r"zlib\.h", ["src/net/*.cpp", "tests/unit/net/*"]),
    (r"xxhash\.h", ["src/net/answer.cpp"]),
    (r"nghttp2/", ["src/net/http2_session.cpp", "src/net/hpack.cpp"]),
    (r"nlohmann/", ["src/codec/*.cpp", "src/docs/*", "modules/jsonrpc/src/openrpc.cpp", "tests/unit/codec/*",
                    "tests/unit/docs/*", "tests/unit/rest/*", "tests/unit/jsonrpc/*",
                    "tests/unit/teaching/*", "tests/fuzz/*.cpp"]),
    (r"sqlite3\.h", ["src/db/*", "tests/unit/db/*"]),
    (r"(spdlog|fmt)/", ["src/observe/log_sink.cpp"]),
    (r"prometheus/", ["src/observe/registry.cpp"]),
    (r"toml\+\+/", ["src/app/config/toml_file.cpp"]),
    (r"CLI/", ["src/app/command_line.cpp"]),
    (r"archive(_entry)?\.h", ["src/app/backup/archive.cpp"]),
    (r"sodium\.h", ["src/auth/*.cpp", "src/app/backup/digest.cpp"]),
    (r"re2/", ["src/kernel/pattern.cpp"]),
    (r"(grpc|grpcpp|google|absl)/", []),
    (r"(libpq-fe\.h|hiredis/)", []),
    (r"catch2/", ["tests/support/*"]),
]
TOP_LEVEL = {"CMakeLists.txt", "src", "include", "modules", "config", "tests", "README.md",  # the project
             ".ci", ".clang-format", "CMakePresets.json", ".gitignore", "LICENSE",  # what tools ask for
             "dev"}
MODULE_ENTRIES = {"CMakeLists.txt", "api", "src", "compose", "proto", "remote", "assets"}
MAX_LINES = 600
STANDARD = re.compile(r"[a-z_0-9]+")  # no slash, no suffix
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


class Unit:
    """A module or a room: its folder, its public headers, what it declares to use."""

    def __init__(self, root, name, folder):
        self.name, self.folder, self.is_module = name, folder, folder.startswith("modules/")
        self.public = [f"{folder}/{p}" for p in ("include", "api") if os.path.isdir(os.path.join(root, folder, p))]
        if name == "kernel":
            self.public.append("include")
        self.uses = set()

    def private_dirs(self):
        return [self.folder, f"{self.folder}/src"]


class Tree:
    def __init__(self, root):
        self.root = root
        self.units = {}
        for parent in ("src", "modules"):
            for name in self.list(parent):
                if os.path.isdir(self.path(f"{parent}/{name}")):
                    self.units[name] = Unit(root, name, f"{parent}/{name}")
        for unit in self.units.values():
            self.read_uses(unit)
        self.public_headers = {}  # "parley/users/users.hpp" -> unit's name
        for unit in self.units.values():
            for folder in unit.public:
                for file in self.walk(folder, (".hpp",)):
                    self.public_headers[os.path.relpath(file, folder)] = unit.name
        self.sources = [f for top in ("include", "src", "modules", "tests")
                        for f in self.walk(top, (".hpp", ".cpp")) if not f.startswith("tests/arch/fixtures/")]
        self.texts = {f: self.read(f) for f in self.sources}

    def path(self, relative):
        return os.path.join(self.root, relative)

    def list(self, folder):
        path = self.path(folder)
        return sorted(os.listdir(path)) if os.path.isdir(path) else []

    def walk(self, folder, suffixes):
        for base, folders, files in os.walk(self.path(folder)):
            folders[:] = sorted(f for f in folders if f not in ("build", "node_modules", "__pycache__"))
            for file in sorted(files):
                if file.endswith(suffixes):
                    yield os.path.relpath(os.path.join(base, file), self.root)

    def read(self, relative):
        with open(self.path(relative), encoding="utf-8", errors="replace") as f:
            return f.read()

    def read_uses(self, unit):
        """parley_module(x USES a ROOMS parley_b), parley_room(parley_x USES parley_a), and links by hand."""
        cmake = f"{unit.folder}/CMakeLists.txt"
        if not os.path.isfile(self.path(cmake)):
            return
        text = re.sub(r"#.*", "", self.read(cmake))
        for function, body in re.findall(r"\b(parley_module|parley_room|target_link_libraries)\s*\(([^)]*)\)", text):
            words = body.split()
            if function == "target_link_libraries" and words[0] != f"parley_{unit.name}":
                continue  # another target: an executable beside the library
            part = None
            for word in words[1:]:
                if word in ("USES", "ROOMS", "HEAVY", "PUBLIC", "PRIVATE", "INTERFACE"):
                    part = word
                elif part == "USES" and function == "parley_module":
                    unit.uses.add(word)
                elif part != "HEAVY" and word.startswith("parley_"):
                    unit.uses.add(word.removeprefix("parley_"))
        unit.uses -= {"options", unit.name}
        if unit.name != "kernel":
            unit.uses.add("kernel")

    def owner(self, file):
        """The unit that a file belongs to; None for the tests."""
        if file.startswith("include/"):
            return self.units.get("kernel")
        parts = file.split("/")
        return self.units.get(parts[1]) if parts[0] in ("src", "modules") and len(parts) > 2 else None

    def reachable(self, unit):
        """All that the unit may include: CMake hands public uses on."""
        seen, waiting = set(), [unit.name]
        while waiting:
            name = waiting.pop()
            if name not in seen and name in self.units:
                seen.add(name)
                waiting += self.units[name].uses
        return seen

    def includes(self, file):
        text = self.texts[file]
        for match in INCLUDE.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, match[1] == '"', match[2]

    def is_public(self, file):
        unit = self.owner(file)
        return unit is not None and any(file.startswith(p + "/") for p in unit.public)


# ---- rules: each yields findings as text -------------------------------------------------------------


def dotdot(tree):
    for file in tree.sources:
        for line, _, header in tree.includes(file):
            if ".." in header.split("/"):
                yield f"{file}:{line}: includes {header}"


# What a fuzz target (or the helper of several), by the first word of its name, feeds with bytes.
FUZZED = {"token": "auth", "http": "net", "http2": "net", "socket": "net", "websocket": "net", "jsonrpc": "jsonrpc",
          "config": "app"}


def test_folder_unit(tree, file):
    """tests/unit/<name>/ may look into the unit of that name, a fuzz target into the one it feeds,
    tests/contract/<port>/ into none."""
    parts = file.split("/")
    if parts[:2] == ["tests", "fuzz"]:
        return tree.units.get(FUZZED.get(re.split(r"[_.]", parts[2])[0]))
    return tree.units.get(parts[2]) if parts[:2] == ["tests", "unit"] and len(parts) > 3 else None


def private_include(tree):
    for file in tree.sources:
        unit = tree.owner(file) or test_folder_unit(tree, file)
        folders = [os.path.dirname(file)] + (unit.private_dirs() if unit else [])
        inside = unit.folder + "/" if unit else ""
        if file.startswith("tests/"):
            folders += ["tests/support", "tests"]
        for line, quoted, header in tree.includes(file):
            if ".." in header.split("/"):
                continue  # the rule above
            if quoted:
                if header.endswith(".inc"):
                    continue  # made by the build
                found = [f"{d}/{header}" for d in folders if os.path.isfile(tree.path(f"{d}/{header}"))]
                if not found:
                    yield f"{file}:{line}: \"{header}\" is no header of its own folders"
                elif not found[0].startswith(("tests/", inside) if file.startswith("tests/") else (inside, "include/")):
                    yield f"{file}:{line}: \"{header}\" is private to {found[0]}"
            elif "/" not in header and header.endswith(".hpp"):
                if file.startswith("tests/") and os.path.isfile(tree.path(f"tests/support/{header}")):
                    continue
                yield f"{file}:{line}: <{header}> is private to somebody"


def undeclared_use(tree):
    for file in tree.sources:
        unit = tree.owner(file)
        if unit is None:
            continue
        allowed = {unit.name, "kernel"} | unit.uses
        for line, quoted, header in tree.includes(file):
            if quoted or not header.startswith("parley/"):
                continue
            owner = tree.public_headers.get(header)
            if owner is None:
                yield f"{file}:{line}: <{header}> does not exist"
            elif owner not in allowed:
                yield f"{file}:{line}: <{header}> is of {owner}, which {unit.name} does not declare"


def cycle(tree):
    done, path = set(), []

    def visit(name):
        if name in path:
            return " -> ".join(path[path.index(name):] + [name])
        if name in done or name not in tree.units:
            return None
        path.append(name)
        found = next(filter(None, map(visit, sorted(tree.units[name].uses))), None)
        path.pop()
        done.add(name)
        return found

    for name in sorted(tree.units):
        if found := visit(name):
            yield found


def room_uses_module(tree):
    for unit in tree.units.values():
        if unit.is_module or unit.name == "app":
            continue
        for used in sorted(unit.uses):
            if used in tree.units and (tree.units[used].is_module or used == "app"):
                yield f"{unit.folder}/CMakeLists.txt: {unit.name} uses {used}"


def edge_is_a_leaf(tree):
    for unit in tree.units.values():
        for used in sorted(unit.uses) if unit.is_module else []:
            if used in tree.units and tree.units[used].is_module and "net" in tree.units[used].uses:
                yield f"{unit.folder}/CMakeLists.txt: {unit.name} uses {used}, which speaks a protocol"


def heavy(tree):
    for file in tree.sources:
        for line, quoted, header in tree.includes(file):
            for pattern, files in HEAVY:
                if not quoted and re.match(pattern, header):
                    if not any(fnmatch.fnmatch(file, allowed) for allowed in files):
                        yield f"{file}:{line}: <{header}> is not for this file"
                    break


def is_heavy(header):
    return any(re.match(pattern, header) for pattern, _ in HEAVY)


def light_public(tree):
    for file in tree.sources:
        if not tree.is_public(file) or file.startswith("include/"):
            continue
        for line, quoted, header in tree.includes(file):
            if is_heavy(header):
                continue  # the rule above
            if quoted or not (STANDARD.fullmatch(header) or header.startswith("parley/")):
                yield f"{file}:{line}: a public header includes {header}"


def kernel_includes(tree):
    for file in tree.sources:
        if not file.startswith("include/"):
            continue
        for line, quoted, header in tree.includes(file):
            kernel = re.fullmatch(r"parley/[a-z_]+\.hpp", header) and tree.public_headers.get(header) == "kernel"
            if quoted or not (STANDARD.fullmatch(header) or kernel):
                yield f"{file}:{line}: a kernel header includes {header}"


def module_shape(tree):
    for unit in tree.units.values():
        if not unit.is_module:
            continue
        entries = set(tree.list(unit.folder))
        for extra in sorted(entries - MODULE_ENTRIES):
            yield f"{unit.folder}/{extra}: not one of {', '.join(sorted(MODULE_ENTRIES))}"
        for missing in sorted({"CMakeLists.txt", "api"} - entries):
            yield f"{unit.folder}/{missing}: missing"
        for file in tree.walk(f"{unit.folder}/api", (".hpp", ".cpp")):
            if not file.startswith(f"{unit.folder}/api/parley/{unit.name}/"):
                yield f"{file}: a port's headers stand in api/parley/{unit.name}/"


def without_comments_and_strings(text):
    """The same text with them blanked, so that lines keep their numbers."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)
    return token.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def aggregate_inside(code, begin):
    """Whether the expression after a co_await at `begin` makes a braced temporary as an argument. Bodies of
    lambdas are not its arguments."""
    depth, i = 0, begin
    while i < len(code):
        c = code[i]
        if c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
            if depth < 0:
                return False
        elif c == ";" or (c == "}" and depth <= 0):
            return False
        elif c == "{":
            before = code[begin:i].rstrip()
            lambda_body = re.search(r"[)\]]$|\b(mutable|noexcept)$|->\s*[\w:<>,\s&*]+$", before)
            if depth > 0 and not lambda_body:
                return True
            closing, i = 1, i + 1
            while i < len(code) and closing:
                closing += {"{": 1, "}": -1}.get(code[i], 0)
                i += 1
            continue
        i += 1
    return False


def coroutine(tree):
    for file in tree.sources:
        code = without_comments_and_strings(tree.texts[file])
        for match in re.finditer(r"\bco_await\b", code):
            line = code.count("\n", 0, match.start()) + 1
            if aggregate_inside(code, match.end()):
                yield f"{file}:{line}: a braced temporary inside a co_await; name it first"
            if re.search(r"\b(if|while)\s*\(\s*!\s*\(?\s*$", code[:match.start()]):
                yield f"{file}:{line}: `if (!co_await ...)`; name the result first"


def file_length(tree):
    for file in tree.sources:
        lines = tree.texts[file].count("\n")
        if lines >= MAX_LINES:
            yield f"{file}: {lines} lines"


def top_level(tree):
    ignored = [".git"]
    if ".gitignore" in tree.list("."):
        ignored += [line.strip().rstrip("/") for line in tree.read(".gitignore").splitlines() if line.strip()]
    for entry in tree.list("."):
        if entry not in TOP_LEVEL and not any(fnmatch.fnmatch(entry, pattern) for pattern in ignored):
            yield f"{entry}: not one of the agreed entries"


def compile_alone(tree, header, owner):
    folders = [p for name in sorted(tree.reachable(tree.units[owner])) for p in tree.units[name].public]
    # Twice: a header without an include guard fails too.
    source = f"#include <{header}>\n#include <{header}>\n"
    command = ["g++", "-std=c++23", "-fsyntax-only", "-x", "c++", "-", *(f"-I{tree.path(f)}" for f in folders)]
    done = subprocess.run(command, input=source, capture_output=True, text=True)
    return done.returncode == 0, done.stderr


def standalone(tree):
    jobs = min(2, os.cpu_count() or 1)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        headers = sorted(tree.public_headers.items())
        for (header, _), (good, errors) in zip(headers, pool.map(lambda h: compile_alone(tree, *h), headers)):
            if not good:
                yield f"<{header}> does not compile alone: {next((e for e in errors.splitlines() if 'error' in e), errors)}"


RULES = {"dotdot": dotdot, "private-include": private_include, "undeclared-use": undeclared_use, "cycle": cycle,
         "room-uses-module": room_uses_module, "edge-is-a-leaf": edge_is_a_leaf, "heavy": heavy,
         "light-public": light_public, "kernel-includes": kernel_includes, "module-shape": module_shape,
         "coroutine": coroutine, "file-length": file_length, "top-level": top_level, "standalone": standalone}


def findings(root, without=()):
    tree = Tree(root)
    return {name: list(rule(tree)) for name, rule in RULES.items() if name not in without}


def check_repository(report):
    tree = Tree(ROOT)
    modules = [u.name for u in tree.units.values() if u.is_module]
    report("modules are found", [] if modules and "kernel" in tree.units else ["no module or no kernel in the tree"])
    for name, found in findings(ROOT).items():
        report(name, found)


def check_fixtures(report):
    """A rule that nothing breaks proves nothing: each is seen to fail."""
    fixtures = os.path.join(HERE, "fixtures")
    for rule in ["clean", *RULES]:
        folder = os.path.join(fixtures, rule)
        cases = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        report(f"fixture {rule}", [] if cases else [f"there is no fixture for {rule}"]) if not cases else None
        for case in cases:
            without = () if rule in ("clean", "standalone") else ("standalone",)  # it starts a compiler
            broken = {name for name, found in findings(os.path.join(folder, case), without).items() if found}
            expected = set() if rule == "clean" else {rule}
            report(f"fixture {rule}/{case}",
                   [] if broken == expected else [f"breaks {sorted(broken) or 'nothing'}, not {sorted(expected)}"])


def main():
    if sys.argv[1:2] == ["--root"]:
        found = [f"{name}: {text}" for name, texts in findings(sys.argv[2]).items() for text in texts]
        print("\n".join(found))
        return 1 if found else 0

    counts = {True: 0, False: 0}

    def report(name, found):
        counts[not found] += 1
        print(("ok   " if not found else "FAIL ") + name)
        for text in found:
            print("       " + text)

    check_repository(report)
    check_fixtures(report)
    print(f"{counts[True]} passed, {counts[False]} failed")
    return 1 if counts[False] else 0


if __name__ == "__main__":
    sys.exit(main())
