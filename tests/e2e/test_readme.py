"""The README's tour, its commands as they stand."""
import os
import re
import shutil
import subprocess

from conftest import BINARY, ROOT


def blocks():
    with open(os.path.join(ROOT, "README.md")) as f:
        tour = f.read().split("## Tour", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```sh\n(.*?)```", tour, re.S)


def test_every_command_of_the_tour_works(server, tmp_path):
    """Only the ports differ: curl is told where 8080 and 8081 really are, websocat and grpcurl are stand-ins."""
    curl = shutil.which("curl")
    wrapper = tmp_path / "curl"
    wrapper.write_text(f"#!/bin/sh\nexec {curl} --fail-with-body --connect-to localhost:8080:127.0.0.1:{server.http} "
                       f"--connect-to localhost:8081:127.0.0.1:{server.ws} \"$@\"\n")
    wrapper.chmod(0o755)
    (tmp_path / "parley").symlink_to(os.path.abspath(BINARY))
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}
    environment = dict(inherited, PATH=f"{tmp_path}:{os.path.join(ROOT, 'tests', 'e2e', 'bin')}:{os.environ['PATH']}",
                       WEBSOCAT_PORTS=f"8080={server.http} 8081={server.ws}", GRPCURL_PORT=str(server.grpc),
                       PARLEY_PORT=str(server.http), PARLEY_GRPC_PORT=str(server.grpc))
    assert blocks()
    meant_to_fail = ('"name": "J"', "calculate/divide", '"status": "DELIVERED"', "-si 'localhost", "Bearer token123")
    meant_to_refuse = ("hello?", '"params": [1, 0]', '"Authorization: Bearer $TOKEN" -d')  # in words, with a good status
    for block in blocks():
        for command in re.split(r"(?<!\\)\n", block.strip()):
            done = subprocess.run(["bash", "-o", "pipefail", "-c", command], env=environment, capture_output=True,
                                  text=True, timeout=30, stdin=subprocess.DEVNULL,
                                  cwd=server.folder)  # where data/admin.token is, as for whoever ran `./dev run`
            bad = any(mark in command for mark in meant_to_fail)
            # `head` may close the pipe early, which curl reports as 23.
            good = (22,) if bad else (0, 23) if "| head" in command else (0,)
            assert done.returncode in good, f"{command}\n{done.stdout}{done.stderr}"
            assert done.stdout.strip(), command
            if not bad and "/openapi.json" not in command and "/asyncapi.json" not in command:
                refused = re.search(r'"error": ?\{|"type": ?"error"|"code": ?"(?!ok)', done.stdout) is not None
                assert refused == any(mark in command for mark in meant_to_refuse), f"{command}\n{done.stdout}"


def test_the_picture_names_every_module():
    with open(os.path.join(ROOT, "README.md")) as f:
        picture = f.read().split("## Architecture", 1)[1].split("```")[1]
    modules = [m for m in os.listdir(os.path.join(ROOT, "modules")) if os.path.isdir(os.path.join(ROOT, "modules", m))]
    assert len(modules) >= 10
    assert [m for m in modules if f"modules/{m}" not in picture] == []
