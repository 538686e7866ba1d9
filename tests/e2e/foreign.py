"""The user service of tests/foreign, which is none of the project's, as a process."""
import os
import subprocess
import sys

from conftest import ROOT


class UserService:
    SCRIPT = "tests/foreign/user_service.py"

    def __init__(self, proto, folder, port=0):
        """`proto`: where its .proto files come from, such as http://127.0.0.1:8080/proto."""
        self.proto, self.port, self.process = proto, port, None
        self.log_path = os.path.join(str(folder), "user_service.log")
        self.start()

    def start(self):
        """Again on the port that it had. The port is all it prints."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, self.SCRIPT, "--port", str(self.port), "--proto", self.proto], cwd=ROOT,
                stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL)
        line = self.process.stdout.readline()
        with open(self.log_path, errors="replace") as log:
            assert line.strip().isdigit(), f"the service did not start: {line!r}\n{log.read()}"
        self.port = int(line)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
