"""The ports' contract suites where the module is in another process: this project's, or somebody else's.

The suites are those that the unit programs run in process; their hidden cases [.elsewhere] call an address. The
reports are kept in PARLEY_CONTRACT_REPORTS, if set, as <module>.<placement>.xml.
"""
import os
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import ROOT
from foreign import UserService

PROGRAMS = os.environ.get("PARLEY_UNIT_PROGRAMS", os.path.join(ROOT, "build", "asan", "tests"))
SANITIZER_OPTIONS = {"ASAN_OPTIONS": "detect_stack_use_after_return=1:detect_leaks=0"}  # where nobody has set them


def run_contract(module, placement, address, folder, **more):
    """Every case of the suite must have run and passed."""
    program = os.path.join(PROGRAMS, f"unit_{module}")
    if not os.path.exists(program):
        pytest.skip(f"{program} has not been built")
    report = os.path.join(os.environ.get("PARLEY_CONTRACT_REPORTS", str(folder)), f"{module}.{placement}.xml")
    fixed = ["setarch", "-R"]  # as tests/run.py says
    if subprocess.run([*fixed, "true"], capture_output=True).returncode != 0:
        fixed = []
    done = subprocess.run([*fixed, program, "[.elsewhere][contract]", "-r", "junit", "-o", report],
                          env={**SANITIZER_OPTIONS, **os.environ, f"PARLEY_TEST_{module.upper()}": address, **more},
                          capture_output=True, text=True, timeout=300)
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    assert cases, done
    failures = [f"{case.get('name')}: {problem.text or problem.get('message')}"
                for case in cases for problem in case.findall("failure") + case.findall("error")]
    assert not failures, "\n".join(failures)
    assert done.returncode == 0, done


@pytest.mark.parametrize("module, hosted, permissions", [
    ("users", "users", "users:read,users:write"),  # calls of a service, whose token must permit each of them
    ("orders", "users,orders", None),              # the others show no token
    ("calculator", "calculator", None),
])
def test_a_process_of_its_own_keeps_the_contract(launch, tmp_path, module, hosted, permissions):
    server = launch("--modules", hosted)
    shown = {}
    if permissions:
        shown["PARLEY_TEST_TOKEN"] = server.token("--service", "tests", "--permissions", permissions, "--expires", "1h")
    run_contract(module, "process", f"127.0.0.1:{server.grpc}", tmp_path, **shown)
    assert server.stop() == 0


def test_a_foreign_service_keeps_the_contract(server, tmp_path):
    service = UserService(f"http://127.0.0.1:{server.http}/proto", tmp_path)
    try:
        run_contract("users", "foreign", f"127.0.0.1:{service.port}", tmp_path, PARLEY_TEST_FOREIGN="1")
    finally:
        service.kill()
