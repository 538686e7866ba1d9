#!/usr/bin/python3
"""Brings the npm packages of package-lock.json and the scripts beside it into build/descriptions.

Packages that are there already stay, without a look at the network, as long as the lock file is the same. Called by
./dev test, and by the tests themselves when somebody runs them alone. Usage: install.py; prints the folder.
"""
import hashlib
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(os.path.dirname(os.path.dirname(HERE)), "build", "descriptions")
LIMIT = 900  # seconds
WORD = 15  # seconds between two words of progress


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def fingerprint():
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        with open(os.path.join(HERE, name), "rb") as f:
            digest.update(f.read())
    return digest.hexdigest()


def installed(stamp, wanted):
    try:
        with open(stamp) as f:
            return f.read() == wanted
    except OSError:
        return False


def install_packages(wanted, stamp):
    if not shutil.which("npm"):
        raise RuntimeError("there is no npm command: install nodejs and npm, or run ./dev test, which does")
    say(f"npm ci: the linters, the clients and Pact, of tests/descriptions/package.json, for at most {LIMIT} s")
    begin = time.monotonic()
    log = os.path.join(FOLDER, "npm.log")
    with open(log, "wb") as out:
        process = subprocess.Popen(["npm", "ci", "--prefer-offline"], cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.STDOUT)
        while process.poll() is None:
            try:
                process.wait(WORD)
            except subprocess.TimeoutExpired:
                seconds = time.monotonic() - begin
                modules = os.path.join(FOLDER, "node_modules")
                count = len(os.listdir(modules)) if os.path.isdir(modules) else 0
                say(f"npm ci: {seconds:.0f} s, {count} entries in node_modules")
                if seconds > LIMIT:
                    process.kill()
                    process.wait()
    if process.returncode != 0:
        with open(log, errors="replace") as f:
            raise RuntimeError(f"npm ci failed with status {process.returncode}:\n{f.read()[-4000:]}")
    with open(stamp, "w") as f:
        f.write(wanted)
    say(f"npm ci: done after {time.monotonic() - begin:.0f} s")


def install():
    """The folder, with node_modules and the scripts as they stand now."""
    os.makedirs(FOLDER, exist_ok=True)
    for name in os.listdir(HERE):
        source, target = os.path.join(HERE, name), os.path.join(FOLDER, name)
        if os.path.isdir(source) and name != "__pycache__":
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif os.path.isfile(source):
            shutil.copyfile(source, target)
    wanted, stamp = fingerprint(), os.path.join(FOLDER, "installed")
    if not installed(stamp, wanted):
        install_packages(wanted, stamp)
    return FOLDER


if __name__ == "__main__":
    try:
        print(install())
    except RuntimeError as failure:
        sys.exit(f"install.py: {failure}")
