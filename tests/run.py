#!/usr/bin/python3
"""Runs every built test program, the architecture check and the end-to-end tests, and sums them up.

Before the last line stands how the ports' contracts were kept, by module and by where the module was; the last
line of standard output is `N passed, N failed`, in test cases; a program that crashes, hangs or gives
no readable report counts as one failed case more. Called by ./dev test, which has built everything.
"""
import argparse
import base64
import concurrent.futures
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
UNIT_LIMIT, ARCH_LIMIT, END_TO_END_LIMIT = 300, 600, 1800  # seconds
FUZZ_SECONDS = 12  # of each target, two side by side
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:abort_on_error=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}
LANES = 2  # programs and end-to-end suites at a time
# The same tests, unchanged, while every module is in a process of its own; without those that place the modules
# themselves or count every connection, and what measures memory.
SPLIT_END_TO_END = ["-k", "not scale and not placement and not contracts and not foreign and not wire_faults and not pact "
                    "and not readme and not too_many_connections_are_told"]
# What measures memory or time, or repeats for the sake of repetition, runs on the release binary alone.
SANITIZED_END_TO_END = ["-k", "not scale and not kill_nine and not readme"]


class Tally:
    """Of any thread; a report's lines stay together."""

    def __init__(self):
        self.passed = self.failed = 0
        self.lock = threading.Lock()

    def add(self, name, passed, failed, seconds, note="", details=""):
        with self.lock:
            self.passed += passed
            self.failed += failed
            verdict = "ok  " if not failed else "FAIL"
            print(f"{verdict} {name:44} {passed:5} passed {failed:4} failed {seconds:7.1f} s  {note}")
            if failed and details:
                print(details)
            sys.stdout.flush()


def run(command, limit, environment=None, capture=True):
    """Output, exit status and seconds; a status of None means the limit has passed. The command gets a process
    group of its own, so that what it started ends with it."""
    begin = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(environment or {})}, start_new_session=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if capture else None,
                               stderr=subprocess.STDOUT if capture else None)
    try:
        output, _ = process.communicate(timeout=limit)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        status = None
    return (output or b"").decode(errors="replace"), status, time.monotonic() - begin


class Contracts:
    """How many cases of the ports' contract suites have passed and failed, by module and by placement."""
    PLACEMENTS = ["in process", "loopback gRPC", "process", "foreign"]

    def __init__(self):
        self.counts = {}
        self.lock = threading.Lock()

    def add(self, module, placement, report, counts=lambda name: True):
        passed, failed, _ = read_junit(report, counts) or (0, 1, [])
        with self.lock:
            before = self.counts.get((module, placement), (0, 0))
            if passed + failed:
                self.counts[module, placement] = (before[0] + passed, before[1] + failed)

    def add_unit(self, program, report):
        """Of a unit program, whose contract suites have the tag [contract]. Those that go over the
        loopback or to another process have it in their names; the others call what is in the process."""
        for how in (["--list-test-names-only"], ["--list-tests", "--verbosity", "quiet"]):  # Catch2 2, and 3
            listed, _, _ = run([*fixed_addresses(), program, "[contract]", *how], 60, SANITIZER_OPTIONS)
            if "Unrecognised token" not in listed:
                break
        names = {line.strip() for line in listed.splitlines() if line.strip()}
        if not names:
            return
        module = os.path.basename(program).removeprefix("unit_")
        def placement_of(name):
            if re.search("another process|AnotherProcess", name):
                return "process"
            return "loopback gRPC" if re.search("over gRPC|OverGrpc", name) else "in process"

        for placement in ("in process", "loopback gRPC", "process"):
            self.add(module, placement, report, lambda name: (
                (name in names or any(name.startswith(f"{known}/") for known in names))  # the latter: a section
                and placement_of(name) == placement))

    def add_elsewhere(self, folder):
        """What test_contracts.py has left there: <module>.<placement>.xml."""
        for report in sorted(glob.glob(os.path.join(folder, "*.xml"))):
            module, placement, _ = os.path.basename(report).split(".")
            self.add(module, placement, report)

    def print(self):
        if not self.counts:
            return
        known = [placement for _, placement in self.counts]
        columns = self.PLACEMENTS + sorted(set(known) - set(self.PLACEMENTS))
        print(f"\n{'contract cases, passed/failed':30}" + "".join(f"{column:>15}" for column in columns))
        for module in sorted({module for module, _ in self.counts}):
            cells = (self.counts.get((module, column)) for column in columns)
            print(f"  {module:28}" + "".join(f"{f'{c[0]}/{c[1]}' if c else '·':>15}" for c in cells))
        print(flush=True)


def read_junit(path, counts=lambda name: True):
    """Passed, failed and the failures' texts of the cases whose name `counts`; None for a file that is none."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return None
    passed = failed = 0
    texts = []
    for case in root.iter("testcase"):
        if not counts(case.get("name", "")):
            continue
        problems = case.findall("failure") + case.findall("error")
        if problems:
            failed += 1
            name = f"{case.get('classname', '')} {case.get('name', '')}".strip()
            texts += [f"--- {name}\n{(p.text or p.get('message') or '').strip()}" for p in problems]
        elif case.find("skipped") is None:
            passed += 1
    return passed, failed, texts


def judge(tally, name, report, output, status, seconds, limit):
    """Counts one program's report; its exit status must agree with it."""
    result = read_junit(report)
    passed, failed, texts = result or (0, 0, [])
    note = ""
    if status is None:
        failed, note = failed + 1, f"did not finish within {limit} s"
    elif result is None:
        failed, note = failed + 1, f"left no report, exit status {status}"
    elif status != 0 and failed == 0:
        failed, note = 1, f"exit status {status}"
    elif status == 0 and passed + failed == 0:
        failed, note = 1, "ran no test"
    tally.add(name, passed, failed, seconds, note, "\n".join([*texts, output[-8000:]]))


def leak_detection_works(programs):
    """Leak detection needs ptrace, which some containers refuse; everything else of the sanitizer works there."""
    for program in programs[:1]:
        output, _, _ = run([*fixed_addresses(), program, "--list-tests"], 60, SANITIZER_OPTIONS)
        if "LeakSanitizer has encountered a fatal error" in output:
            print("==> leaks are not looked for: this system does not let the sanitizer trace", flush=True)
            return False
    return True


def fixed_addresses():
    """gcc 12's sanitizers do not cope with the wide address randomisation of newer kernels; not everywhere may
    it be switched off, and then the kernel's setting must do."""
    prefix = ["setarch", "-R"]
    try:
        return prefix if run([*prefix, "true"], 10)[1] == 0 else []
    except OSError:
        return []


def unit_programs(tally, build):
    programs = sorted(p for p in glob.glob(os.path.join(ROOT, "build", build, "tests", "*"))
                      if os.path.isfile(p) and os.access(p, os.X_OK))
    if not programs:
        tally.add(build, 0, 1, 0, "no test program has been built")
    return programs


def run_unit(tally, program, scratch, contracts=None):
    name = f"{os.path.basename(os.path.dirname(os.path.dirname(program)))} {os.path.basename(program)}"
    report = os.path.join(scratch, name.replace(" ", "_") + ".xml")
    output, status, seconds = run([*fixed_addresses(), program, "-r", "junit", "-o", report], UNIT_LIMIT, SANITIZER_OPTIONS)
    judge(tally, name, report, output, status, seconds, UNIT_LIMIT)
    if contracts:
        contracts.add_unit(program, report)


def run_arch(tally):
    output, status, seconds = run([sys.executable, "tests/arch/check.py"], ARCH_LIMIT)
    counts = re.findall(r"^(\d+) passed, (\d+) failed$", output, re.M)
    passed, failed = map(int, counts[-1]) if counts else (0, 1)
    if status != 0 and failed == 0:
        failed = 1
    tally.add("architecture", passed, failed, seconds, details=output)


def run_end_to_end(tally, build, scratch, sanitized, extra=(), split=False, contracts=None):
    name = f"end to end, {build}" + (", modules in processes" if split else "")
    report = os.path.join(scratch, f"end_to_end_{build}_{split}.xml")
    kept = os.path.join(scratch, f"contracts_{build}")
    os.makedirs(kept, exist_ok=True)
    environment = {**SANITIZER_OPTIONS, "PARLEY_UNIT_PROGRAMS": os.path.join(ROOT, "build", "asan", "tests"),
                   "PARLEY_CONTRACT_REPORTS": kept, "PARLEY_BINARY": os.path.join(ROOT, "build", build, "parley"),
                   "PARLEY_SANITIZED": "1" if sanitized else "0", "PARLEY_SPLIT": "1" if split else "0",
                   "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*(fixed_addresses() if sanitized else []), sys.executable, "-m", "pytest", "-q",
               "-p", "no:cacheprovider", f"--junitxml={report}", "tests/e2e", *extra]
    output, status, seconds = run(command, END_TO_END_LIMIT, environment)
    judge(tally, name, report, output, status, seconds, END_TO_END_LIMIT)
    if contracts:
        contracts.add_elsewhere(kept)


def fuzz(target, seconds, found):
    """One bounded run over the seeds in tests/fuzz/corpus and whatever they lead to, which stays below build/fuzz."""
    name = os.path.basename(target)
    seeds = os.path.join(ROOT, "tests", "fuzz", "corpus", name)
    dictionary = os.path.join(ROOT, "tests", "fuzz", "dictionaries", name.split("_")[0] + ".dict")
    grown = os.path.join(ROOT, "build", "fuzz", "corpus", name)
    os.makedirs(grown, exist_ok=True)
    os.makedirs(found, exist_ok=True)
    command = [target, f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10", "-rss_limit_mb=2048",
               "-print_final_stats=1", f"-artifact_prefix={found}/{name}-", f"-dict={dictionary}", grown, seeds]
    # Leaks are looked for by the unit tests; here the search costs more than the inputs.
    environment = {"ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
    return run(command, seconds + 120, environment)


def run_fuzz(tally, only=None, seconds=FUZZ_SECONDS):
    """A case for each target; what makes one fail is printed with the command that shows it again."""
    targets = sorted(glob.glob(os.path.join(ROOT, "build", "fuzz", "targets", "*")))
    if only:
        targets = [target for target in targets if os.path.basename(target) == only]
    if not targets:
        return tally.add("fuzz", 0, 1, 0, f"no target {only or ''} has been built")
    found = os.path.join(ROOT, "build", "fuzz", "found")
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        runs = list(pool.map(lambda target: fuzz(target, seconds, found), targets))
    for target, (output, status, took) in zip(targets, runs):
        executed = re.search(r"number_of_executed_units:\s*(\d+)", output)
        note = f"{executed[1]} inputs" if executed else f"exit status {status}"
        good = status == 0 and executed
        tally.add(f"fuzz {os.path.basename(target)}", int(bool(good)), int(not good), took, note)
        if good:
            continue
        print(output[-8000:])
        for artifact in set(re.findall(r"Test unit written to (\S+)", output)):
            with open(artifact, "rb") as file:
                text = base64.b64encode(file.read()).decode()
            print(f"to see it again:\n  echo {text} | base64 -d > input && "
                  f"{os.path.relpath(target, ROOT)} input", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true",
                        help="no thread sanitizer, no sanitized server, no fuzzing")
    parser.add_argument("--fuzz", nargs="*", metavar=("TARGET", "SECONDS"),
                        help="nothing but the fuzz targets, or one of them, for so long")
    options = parser.parse_args()
    tally, contracts = Tally(), Contracts()
    if options.fuzz is not None:
        only, seconds, *_ = [*options.fuzz, None, None]
        run_fuzz(tally, only if only != "all" else None, int(seconds or 60))
        print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
        return 1 if tally.failed or not tally.passed else 0
    with tempfile.TemporaryDirectory(prefix="parley-test-") as scratch:
        units = glob.glob(os.path.join(ROOT, "build", "asan", "tests", "*"))
        if not leak_detection_works(sorted(units)):
            SANITIZER_OPTIONS["ASAN_OPTIONS"] += ":detect_leaks=0"
        if not options.quick:
            if os.path.isdir(os.path.join(ROOT, "build", "fuzz", "targets")):
                run_fuzz(tally)
            else:
                print("==> no fuzzing: clang 19 or newer is not there; the corpus has been replayed", flush=True)
        # The longest first, so that no lane is left with one at the end.
        with concurrent.futures.ThreadPoolExecutor(max_workers=LANES) as lanes:
            def add(*arguments, **named):
                running.append(lanes.submit(*arguments, **named))

            running = []
            if not options.quick:
                add(run_end_to_end, tally, "asan", scratch, sanitized=True, extra=SANITIZED_END_TO_END)
            add(run_end_to_end, tally, "release", scratch, sanitized=False, extra=SPLIT_END_TO_END, split=True)
            add(run_end_to_end, tally, "release", scratch, sanitized=False, contracts=contracts)
            add(run_arch, tally)
            for program in unit_programs(tally, "asan"):
                add(run_unit, tally, program, scratch, contracts)
            for program in unit_programs(tally, "tsan") if not options.quick else []:
                add(run_unit, tally, program, scratch)
            for done in running:
                done.result()  # with what it raised
    contracts.print()
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
