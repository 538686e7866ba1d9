"""Contracts between consumers and providers, with Pact: recorded by the consumers' tests, kept in tests/pact/pacts,
verified against the real binary."""
import importlib.util
import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import ROOT, Parley

HERE = os.path.join(ROOT, "tests", "pact")
RECORDED = os.path.join(ROOT, "build", "pact")
LIMIT = 300  # seconds of one tool, on a busy machine
CONSUMERS = {"student-app-parley": "student_app.mjs", "orders-users": "orders.mjs"}  # contract, its consumer's test


@pytest.fixture(scope="session")
def tools():
    """build/descriptions, among whose npm packages Pact is."""
    spec = importlib.util.spec_from_file_location("install", os.path.join(ROOT, "tests", "descriptions", "install.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.install()


@pytest.fixture(scope="module")
def providers(server, tmp_path_factory):
    """The server that verifies each contract; users are a process of their own."""
    users = Parley(tmp_path_factory.mktemp("users"), "--modules", "users")
    yield {"student-app-parley": server, "orders-users": users}
    try:
        assert users.stop() == 0
        for sign in ("AddressSanitizer", "runtime error:", "LeakSanitizer"):
            assert sign not in users.log(), users.log()
    finally:
        if users.process.poll() is None:
            users.kill()


def run(script, *arguments):
    """PACT_DO_NOT_TRACK: Pact would report its use to its makers."""
    environment = {**os.environ, "PACT_DO_NOT_TRACK": "true"}
    done = subprocess.run(["node", os.path.join(HERE, script), *arguments], cwd=ROOT, env=environment,
                          capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
    return done.returncode, re.sub(r"\x1b\[\d*m", "", done.stdout + done.stderr)  # always coloured


def committed(name):
    return os.path.join(HERE, "pacts", f"{name}.json")


def read(path):
    """A contract without the versions of the tools that wrote it."""
    with open(path) as f:
        contract = json.load(f)
    contract["metadata"] = {"pactSpecification": contract["metadata"]["pactSpecification"]}
    return contract


def verify(tools, provider, path):
    return run("verify.mjs", tools, f"http://127.0.0.1:{provider.http}", str(path))


@pytest.mark.parametrize("name", CONSUMERS)
def test_the_consumers_record_the_committed_contract(tools, name):
    # An interaction that is in the file stays there: only a new file holds what the tests say now.
    folder = os.path.join(RECORDED, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    status, output = run(CONSUMERS[name], tools, folder)
    assert status == 0, output
    recorded = os.path.join(folder, f"{name}.json")
    assert os.listdir(folder) == [f"{name}.json"]
    assert read(recorded) == read(committed(name)), \
        f"the contract has changed; if that is meant: cp {os.path.relpath(recorded, ROOT)} tests/pact/pacts/"


def test_every_committed_contract_has_a_consumer():
    assert sorted(os.listdir(os.path.join(HERE, "pacts"))) == sorted(f"{name}.json" for name in CONSUMERS)


@pytest.mark.parametrize("name", CONSUMERS)
def test_the_provider_keeps_the_contract(tools, providers, name):
    status, output = verify(tools, providers[name], committed(name))
    assert status == 0, output
    interactions = read(committed(name))["interactions"]
    assert output.count("has a matching body (OK)") == len(interactions), output
    assert all(interaction["description"] in output for interaction in interactions), output


def another_status(interaction):
    interaction["response"]["status"] = 202


def another_field(interaction):
    interaction["response"]["body"]["nickname"] = "Jo"


def another_value(interaction):
    interaction["response"]["body"]["is_valid"] = True


def another_type(interaction):
    interaction["response"]["matchingRules"]["body"]["$.created_at"]["matchers"] = [{"match": "integer"}]
    interaction["response"]["body"]["created_at"] = 1738324800


def another_header(interaction):
    interaction["response"]["headers"]["Content-Type"] = "application/json"


def no_such_state(interaction):
    interaction["providerStates"] = [{"name": "the moon is full"}]


@pytest.mark.parametrize("name, description, damage, finding", [
    ("student-app-parley", "a request to create a user", another_status, "expected 202 but was 201"),
    ("student-app-parley", "a request for a user", another_field, "missing the following keys: nickname"),
    ("student-app-parley", "a request for an order", another_type, "$.created_at -> Expected"),
    ("student-app-parley", "a request for a user who does not exist", another_header, "Expected header 'Content-Type'"),
    ("student-app-parley", "a request for an order", no_such_state, 'the state "the moon is full"'),
    ("orders-users", "the question whether a user who does not exist may order", another_value,
     "$.is_valid -> Expected"),
], ids=["another status", "another field", "another type", "another header", "no such state", "another value"])
def test_a_broken_contract_is_seen(tools, providers, tmp_path, name, description, damage, finding):
    contract = read(committed(name))
    contract["interactions"] = [i for i in contract["interactions"] if i["description"] == description]
    assert len(contract["interactions"]) == 1
    damage(contract["interactions"][0])
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps(contract))
    status, output = verify(tools, providers[name], path)
    assert status != 0 and finding in output, output
