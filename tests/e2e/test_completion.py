"""Completion in real shells."""
import os
import re
import select
import signal
import subprocess
import time

import pytest
from conftest import BINARY


def bash(*words):
    """What bash offers for the last word, which may be empty; the words are split as readline does."""
    quoted = " ".join("'" + w + "'" for w in words)
    script = f"""
      set -u
      source <("$PARLEY" completion bash)
      COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; COMP_LINE='{" ".join(words)}'; COMP_POINT=${{#COMP_LINE}}
      complete -p parley | grep -q -- '-F _parley'
      _parley parley '{words[-1]}' ''
      printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, timeout=30,
                          env={**os.environ, "PARLEY": BINARY})
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout.split()


def test_bash_offers_commands():
    assert {"demo", "doctor", "compare", "serve", "topology", "extract", "absorb", "config", "token", "backup", "restore", "reset", "help", "version",
            "completion", "--help", "--version"} == set(bash("parley", ""))
    assert bash("parley", "re") == ["restore", "reset"]


def test_bash_offers_the_flags_of_a_command():
    assert bash("parley", "serve", "--gr") == ["--grpc-port"]
    assert bash("parley", "backup", "--f") == ["--force"]
    assert bash("parley", "reset", "--f") == []
    assert "--deep" in bash("parley", "doctor", "--")


def test_bash_offers_values():
    assert bash("parley", "serve", "--profile", "") == ["demo", "lab06"]
    assert bash("parley", "serve", "--log-level", "wa") == ["warn"]
    assert bash("parley", "serve", "--log-level", "=", "wa") == ["warn"]
    assert bash("parley", "serve", "--log-level", "=") == ["trace", "debug", "info", "warn", "error", "off"]
    assert bash("parley", "serve", "--set", "net.max_bo") == ["net.max_body="]
    assert bash("parley", "help", "bac") == ["backup"]
    assert bash("parley", "completion", "") == ["bash", "zsh"]
    assert bash("parley", "token", "--permissions", "users:") == ["users:read", "users:write"]


def test_bash_offers_files_and_folders(tmp_path, monkeypatch):
    (tmp_path / "one file.toml").write_text("")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    assert bash("parley", "serve", "--data", "") == ["folder"]
    assert bash("parley", "serve", "--config", "one") == ["one", "file.toml"]
    assert bash("parley", "restore", "fol") == ["folder"]


class Zsh:
    """An interactive zsh on a pseudo-terminal; complete() types a line and presses tab."""

    def __init__(self, folder):
        import pty
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve("/usr/bin/zsh", ["zsh", "-f", "-i"],
                      {"PATH": os.path.dirname(BINARY) + ":/usr/bin:/bin", "TERM": "dumb", "HOME": str(folder),
                       "LANG": "C.UTF-8"})
        self.ask("PS1='READY> '; autoload -Uz compinit; compinit -u -D; setopt nobeep; unsetopt zle_bracketed_paste\n")
        self.ask("zstyle ':completion:*' list-colors ''; LISTMAX=0\n")
        self.ask("source <(parley completion zsh)\n")

    def read_until(self, pattern, limit=20):
        output, deadline = "", time.monotonic() + limit
        while not re.search(pattern, output, re.S):
            left = deadline - time.monotonic()
            assert left > 0, repr(output)
            if select.select([self.terminal], [], [], left)[0]:
                output += os.read(self.terminal, 65536).decode(errors="replace")
        return output

    def ask(self, line):
        os.write(self.terminal, line.encode())
        os.write(self.terminal, b"echo done-$((1+1))\n")
        return self.read_until(r"done-2.*READY> |done-2")

    def complete(self, line):
        """The line after a tab, seen by running it under echo."""
        os.write(self.terminal, line.encode() + b"\t\x01echo MARK: '\x05'\n")
        found = self.read_until(r"\nMARK: ([^\r\n]*)\r?\n")
        return re.search(r"\nMARK: ([^\r\n]*)\r?\n", found)[1].strip()

    def close(self):
        os.kill(self.pid, signal.SIGKILL)  # whatever it waits for
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


@pytest.mark.parametrize("line,completed", [
    ("parley ba", "parley backup"),
    ("parley serve --grp", "parley serve --grpc-port="),
    ("parley serve --profile la", "parley serve --profile lab06"),
    ("parley serve --set net.max_bo", "parley serve --set net.max_body="),
    ("parley completion z", "parley completion zsh"),
    ("parley help doc", "parley help doctor"),
    ("parley backup --fo", "parley backup --force"),
])
def test_zsh_completes(tmp_path, line, completed):
    shell = Zsh(tmp_path)
    try:
        # zsh takes a `=` that it added away again when the next key starts no value.
        assert shell.complete(line).rstrip("=") == completed.rstrip("=")
    finally:
        shell.close()


def test_the_scripts_are_sound():
    for shell in ("bash", "zsh"):
        script = subprocess.run([BINARY, "completion", shell], capture_output=True, text=True, check=True).stdout
        assert subprocess.run([shell, "-n"], input=script, text=True).returncode == 0
