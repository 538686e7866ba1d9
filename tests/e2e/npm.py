"""Installs what tests/node/package-lock.json pins into build/node, once; whoever needs more adds it there."""
import fcntl
import hashlib
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCE = os.path.join(ROOT, "tests", "node")
TARGET = os.path.join(ROOT, "build", "node")
LIMIT = 300  # seconds


class Missing(Exception):
    """Why there are no packages: a reason to skip, in words."""


def modules():
    """The folder node_modules, with the packages as they are pinned."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Missing("node and npm are not installed")
    names = ("package.json", "package-lock.json")
    wanted = hashlib.sha256()
    for name in names:
        with open(os.path.join(SOURCE, name), "rb") as file:
            wanted.update(file.read())
    os.makedirs(TARGET, exist_ok=True)
    installed = os.path.join(TARGET, "node_modules")
    mark = os.path.join(TARGET, "installed")
    with open(os.path.join(TARGET, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs may come at once
        if os.path.exists(mark):
            with open(mark) as file:
                if file.read() == wanted.hexdigest():
                    return installed
        for name in names:
            shutil.copy(os.path.join(SOURCE, name), TARGET)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            done = subprocess.run(command, cwd=TARGET, capture_output=True, text=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            raise Missing("npm did not finish")
        if done.returncode != 0:
            raise Missing("npm could not install them: " + done.stderr.strip()[-500:])
        with open(mark, "w") as file:
            file.write(wanted.hexdigest())
    return installed
