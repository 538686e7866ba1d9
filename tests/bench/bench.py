#!/usr/bin/python3
"""Measures Parley beside its peers in one run: medians of interleaved rounds, and ratios.

Every contender runs on core 0 and the load generator on core 1. Only ratios count: absolute figures move with
the machine. A contender that answers as fast as the generator asks is not measured by the clock: for a request the
generator makes as many system calls as the server. So each line gives two ratios, by the clock and per second of
server CPU, and a target is met by the better one. Usage: bench.py --build DIR [--rounds N] [--seconds S] [--only a,b] [--json FILE] [--clean-build]
"""
import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CORES = os.cpu_count() or 1
SERVER_CORE, LOAD_CORE = "0", str(min(1, CORES - 1))


def say(text):
    print(text, file=sys.stderr, flush=True)


def pinned(core, command):
    return ["taskset", "-c", core, *command] if CORES > 1 else command


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """One contender's process, ready when its port accepts."""

    def __init__(self, command, port, cwd=None):
        self.port = port
        self.process = subprocess.Popen(pinned(SERVER_CORE, command), cwd=cwd, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"bench: {command[0]} did not start")
                time.sleep(0.01)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_kib(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            for line in f:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        return 0


class Bench:
    def __init__(self, options):
        self.options = options
        self.binary = os.path.join(options.build, "parley")
        self.load_binary = os.path.join(options.build, "bench", "parley_load")
        self.work = tempfile.mkdtemp(prefix="parley-bench-", dir=options.build)
        self.tools = os.path.join(options.build, "bench")

    # ---- contenders

    def parley(self):
        data = tempfile.mkdtemp(dir=self.work)
        ports = os.path.join(data, "ports.json")
        command = [self.binary, "serve", "--port", "0", "--ws-port", "0", "--grpc-port", "0", "--data", data,
                   "--ports-file", ports]
        process = subprocess.Popen(pinned(SERVER_CORE, command), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not os.path.exists(ports):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("bench: parley did not start")
            time.sleep(0.005)
        with open(ports) as f:
            told = json.load(f)
        server = Server.__new__(Server)
        server.port, server.grpc, server.process = told["http"], told["grpc"], process
        return server

    def go(self, name, *extra):
        port = free_port()
        return Server([os.path.join(self.tools, "go_" + name), str(port), *extra], port)

    def go_sqlite(self):
        return self.go("sqlite", os.path.join(tempfile.mkdtemp(dir=self.work), "go.db"))

    def node(self, script):
        port = free_port()
        folder = os.path.join(self.tools, "node")
        return Server(["node", os.path.join(folder, script), str(port)], port, cwd=folder)

    def nginx(self):
        port = free_port()
        folder = tempfile.mkdtemp(dir=self.work)
        conf = os.path.join(folder, "nginx.conf")
        with open(conf, "w") as f:
            f.write(f"""daemon off; master_process off; pid {folder}/pid; error_log /dev/null;
events {{ worker_connections 2048; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}; proxy_temp_path {folder};
fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
server {{ listen 127.0.0.1:{port}; default_type application/json; location /user {{ return 200 '{"x" * 190}'; }} }} }}
""")
        return Server(["nginx", "-c", conf, "-p", folder], port)

    def prepare(self):
        go_sources = os.path.join(HERE, "contenders", "go")
        os.makedirs(self.tools, exist_ok=True)
        environment = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOFLAGS="-buildvcs=false")
        for name in ("http", "hub", "sqlite", "grpc"):
            target, source = os.path.join(self.tools, "go_" + name), os.path.join(go_sources, name + ".go")
            if not os.path.exists(target) or os.path.getmtime(target) < os.path.getmtime(source):
                say(f"building the Go contender {name} ...")
                subprocess.run(["go", "build", "-o", target, source], env=environment, check=True)
        node = os.path.join(self.tools, "node")
        shutil.copytree(os.path.join(HERE, "contenders", "node"), node, dirs_exist_ok=True)
        if not os.path.isdir(os.path.join(node, "node_modules", "fastify")):
            say("installing the Node contenders ...")
            subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=node, check=True)

    # ---- measuring

    def load(self, mode, server, **options):
        command = [self.load_binary, mode, "--port", str(server.port), "--seconds", str(self.options.seconds)]
        for name, value in options.items():
            command += ["--" + name.replace("_", "-"), str(value)]
        begin, used = time.monotonic(), server.cpu_seconds()
        done = subprocess.run(pinned(LOAD_CORE, command), capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: {' '.join(command)}: {done.stderr.strip()}")
        report = json.loads(done.stdout)
        report["server_cpu"] = (server.cpu_seconds() - used) / (time.monotonic() - begin)
        return report

    def interleaved(self, contenders):
        """contenders: name -> (start, measure(server) -> dict). Gives name -> list of dicts."""
        results = {name: [] for name in contenders}
        for number in range(self.options.rounds):
            for name, (start, measure) in contenders.items():
                say(f"  round {number + 1}/{self.options.rounds}: {name}")
                server = start()
                try:
                    results[name].append(measure(server))
                finally:
                    server.stop()
        return results

    def create_user(self, port):
        body = json.dumps({"name": "Alice Liddell", "email": "alice@example.com", "age": 30, "city": "Oxford",
                           "country": "UK"}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/users", body,
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["id"]

    def get_by_id(self, pipeline):
        def measure(server):
            path = f"/api/v3/users/{self.create_user(server.port)}"  # the current version
            return self.load("http", server, path=path, connections=64, pipeline=pipeline)
        return measure

    def constant(self, pipeline=1):
        return lambda server: self.load("http", server, path="/user", connections=64, pipeline=pipeline)

    def post(self, server):
        return self.load("http", server, path="/api/messages", connections=64,
                         body='{"user":"alice","content":"hello {n}"}')

    def post_order(self, user):
        """user(port) -> the id of who orders."""
        def measure(server):
            items = [{"product_id": "prod_{n}", "quantity": 2, "price": 19.99, "name": "Keyboard"},
                     {"product_id": "prod_456", "quantity": 1, "price": 5.5, "name": "Cable"}]
            body = {"user_id": user(server.port), "items": items, "shipping_address": "123 Main St, New York"}
            return self.load("http", server, path="/api/v1/orders", connections=64, body=json.dumps(body))
        return measure

    def broadcast(self, pipeline):
        return lambda server: self.load("broadcast", server, path="/chat", connections=1000, pipeline=pipeline)

    def events(self, server):
        return self.load("events", server, path="/api/messages/stream", post_path="/api/messages",
                         connections=1000, pipeline=32)

    def notifications(self, server):
        """Every stream is another user's; the first event of each is its welcome."""
        return self.load("events", server, path="/api/v1/notifications/stream?user_id=user{n}",
                         post_path="/api/v1/notifications/broadcast", connections=1000, pipeline=32, greetings=1,
                         body='{"type":"INFO","title":"Hello","message":"hello to everybody, once more"}')

    def add(self, server):
        return self.load("http", server, path="/rpc", connections=64,
                         body='{"jsonrpc":"2.0","method":"add","params":{"a":5,"b":3},"id":1}')

    def call(self, port):
        """Calculator/Add over gRPC, on 8 connections with 8 calls on each: h2load, which tells what it counted."""
        message = b"\x09" + struct.pack("<d", 5) + b"\x11" + struct.pack("<d", 3)
        body = os.path.join(self.work, "add.bin")
        with open(body, "wb") as f:
            f.write(b"\0" + struct.pack(">I", len(message)) + message)

        def measure(server):
            command = ["h2load", f"--duration={max(1, round(self.options.seconds))}", "--clients=8",
                       "--max-concurrent-streams=8", f"--data={body}", "-H", "content-type: application/grpc",
                       "-H", "te: trailers", f"http://127.0.0.1:{port(server)}/calculator.Calculator/Add"]
            begin, used = time.monotonic(), server.cpu_seconds()
            done = subprocess.run(pinned(LOAD_CORE, command), capture_output=True, text=True)
            rate = re.search(r"finished in [\d.]+\w+, ([\d.]+) req/s", done.stdout)
            counts = re.search(r"requests: .* (\d+) succeeded, (\d+) failed, (\d+) errored", done.stdout)
            if not rate or not counts or "2xx" not in done.stdout:
                raise SystemExit(f"bench: {' '.join(command)}: {done.stdout}{done.stderr}")
            return {"per_second": float(rate[1]), "failed": int(counts[2]) + int(counts[3]),
                    "server_cpu": (server.cpu_seconds() - used) / (time.monotonic() - begin)}
        return measure

    def port_calls(self):
        """What a call of a port costs wherever its module is, one in flight and 64."""
        say("a call of a port: in process, over gRPC within the process, in another process")
        rounds = []
        for _ in range(self.options.rounds):
            server = self.parley()
            try:
                done = subprocess.run(pinned(LOAD_CORE, [os.path.join(self.tools, "parley_ports"), "--grpc",
                                                         str(server.grpc), "--seconds", str(self.options.seconds)]),
                                      capture_output=True, text=True, check=True)
            finally:
                server.stop()
            rounds.append(json.loads(done.stdout))
        of = {place: {key: statistics.median(r[place][key] for r in rounds) for key in ("us", "per_second")}
              for place in rounds[0]}
        return {"title": "a call of a port, 64 in flight: in process", "unit": "calls/s",
                "medians": {"parley": of["in process"]["per_second"],
                            **{f"{place} ({of[place]['us']:.2f} us alone)": of[place]["per_second"] for place in of}},
                "targets": []}

    def idle(self, server):
        before, count = server.rss_kib(), 10_000
        command = [self.load_binary, "idle", "--port", str(server.port), "--path", "/chat", "--connections",
                   str(count)]
        holder = subprocess.Popen(pinned(LOAD_CORE, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        line = holder.stdout.readline()
        if not line:
            raise SystemExit("bench: idle: " + holder.stderr.read().strip())
        after = server.rss_kib()
        holder.communicate("")
        return {"bytes": (after - before) * 1024 / count}

    # ---- the lines of the table

    def line(self, title, unit, key, contenders, targets):
        """targets: [(peer, least ratio)]; None: a ratio to look at, nothing to reach."""
        say(title)
        results = self.interleaved(contenders)
        medians = {name: statistics.median(r[key] for r in rounds) for name, rounds in results.items()}
        per_cpu = {name: statistics.median(r[key] / max(r["server_cpu"], 0.01) for r in rounds)
                   for name, rounds in results.items()}
        row = {"title": title, "unit": unit, "medians": medians, "per_cpu_second": per_cpu, "targets": []}
        for peer, least in targets:
            ratio = medians["parley"] / max(medians[peer], 1e-9)
            cpu_ratio = per_cpu["parley"] / max(per_cpu[peer], 1e-9)
            row["targets"].append({"peer": peer, "ratio": ratio, "cpu_ratio": cpu_ratio, "target": least,
                                   "met": least is None or max(ratio, cpu_ratio) >= least})
        p99 = [r["p99_us"] for r in results["parley"] if "p99_us" in r]
        if p99:
            row["p99_ms"] = statistics.median(p99) / 1000
        failed = sum(r.get("failed", 0) for r in results["parley"])
        if failed:
            row["failed"] = failed
        return row

    def at_most(self, title, unit, value, most):
        return {"title": title, "unit": unit, "medians": {"parley": value},
                "targets": [{"peer": f"at most {most:g}", "ratio": value / most, "target": most,
                             "met": value <= most}]}

    def lines(self):
        parley = self.parley
        yield "get", lambda: self.line("GET a user by id, 64 connections", "requests/s", "per_second", {
            "parley": (parley, self.get_by_id(1)), "go": (lambda: self.go("http"), self.constant()),
            "fastify": (lambda: self.node("http.cjs"), self.constant()), "nginx": (self.nginx, self.constant()),
        }, [("go", 2.2), ("fastify", 3.0)])
        yield "pipelined", lambda: self.line("the same, pipelined 16 deep", "requests/s", "per_second", {
            "parley": (parley, self.get_by_id(16)), "go": (lambda: self.go("http"), self.constant(16)),
        }, [("go", 8.0)])
        yield "jsonrpc", lambda: self.line("JSON-RPC add over HTTP, 64 connections", "requests/s", "per_second", {
            "parley": (parley, self.add), "go": (lambda: self.go("http"), self.add),
        }, [("go", 1.5)])
        yield "grpc", lambda: self.line("gRPC unary, 8 connections, 8 calls on each", "calls/s", "per_second", {
            "parley": (parley, self.call(lambda server: server.grpc)),
            "grpc-go": (lambda: self.go("grpc"), self.call(lambda server: server.port)),
        }, [("grpc-go", 1.1)])
        yield "ports", self.port_calls
        yield "post", self.post_line
        yield "orders", self.orders_line
        yield "broadcast", lambda: self.line("chat, 1,000 members, 32 messages in flight, durable", "deliveries/s",
                                             "deliveries_per_second", {
            "parley": (parley, self.broadcast(32)), "gorilla": (lambda: self.go("hub"), self.broadcast(32)),
            "npm ws": (lambda: self.node("hub.cjs"), self.broadcast(32)),
        }, [("gorilla", 15.0)])
        yield "broadcast1", lambda: self.line("chat, 1,000 members, one message in flight, durable", "deliveries/s",
                                              "deliveries_per_second", {
            "parley": (parley, self.broadcast(1)), "gorilla": (lambda: self.go("hub"), self.broadcast(1)),
        }, [("gorilla", 1.3)])
        yield "sse", self.sse_line
        yield "notifications", lambda: self.line(
            "notifications over SSE, 1,000 streams of 1,000 users, 32 broadcasts in flight, durable", "deliveries/s",
            "deliveries_per_second", {
            "parley": (parley, self.notifications), "parley chat": (parley, self.broadcast(32)),
        }, [("parley chat", 0.9)])
        yield "idle", lambda: self.at_most("memory per idle WebSocket at 10,000", "bytes", statistics.median(
            r["bytes"] for r in self.interleaved({"parley": (parley, self.idle)})["parley"]), 4096)
        yield "start", lambda: self.at_most("start to first answer", "ms", self.start_ms(), 100)
        yield "rss", lambda: self.at_most("memory when idle", "MiB", self.idle_rss(), 25)
        yield "binary", lambda: self.at_most("binary, stripped", "MiB", self.binary_size(), 25)
        if self.options.clean_build:
            yield "build", lambda: self.at_most("clean release build", "s", self.build_seconds(), 240)
            yield "rebuild", lambda: self.at_most("one line changed in a module to a built server", "s",
                                                  self.rebuild_seconds(), 20)

    def post_line(self):
        row = self.line("POST a message, durable before the answer, 64 clients", "requests/s", "per_second", {
            "parley": (self.parley, self.post), "go-sqlite3": (self.go_sqlite, self.post),
        }, [("go-sqlite3", 12.0)])
        row["targets"].append({"peer": "p99 at most 10 ms", "ratio": row["p99_ms"] / 10, "target": 10,
                               "met": row["p99_ms"] <= 10})
        return row

    def orders_line(self):
        # The contender writes the order, its items and its event. Parley does, asks its users before and stores the
        # notification that follows: no figure says how much slower that may be.
        return self.line("POST an order, durable, 64 clients", "requests/s", "per_second", {
            "parley": (self.parley, self.post_order(self.create_user)),
            "go-sqlite3": (self.go_sqlite, self.post_order(lambda port: "user_123")),
        }, [("go-sqlite3", None)])

    def sse_line(self):
        return self.line("SSE, 1,000 streams, 32 messages in flight, durable", "deliveries/s",
                         "deliveries_per_second", {
            "parley": (self.parley, self.events), "parley chat": (self.parley, self.broadcast(32)),
        }, [("parley chat", 0.9)])

    def start_ms(self):
        samples = []
        for _ in range(5):
            data, port = tempfile.mkdtemp(dir=self.work), free_port()
            begin = time.monotonic()
            process = subprocess.Popen([self.binary, "serve", "--port", str(port), "--ws-port", "0", "--grpc-port",
                                        "0", "--data", data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while True:
                try:
                    with socket.create_connection(("127.0.0.1", port), 1) as s:
                        s.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        if s.recv(12).startswith(b"HTTP/1.1 200"):
                            break
                except OSError:
                    time.sleep(0.001)
                if time.monotonic() - begin > 10:
                    raise SystemExit("bench: parley does not answer")
            samples.append((time.monotonic() - begin) * 1000)
            process.terminate()
            process.wait()
        return statistics.median(samples)

    def idle_rss(self):
        server = self.parley()
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/health").read()
            return server.rss_kib() / 1024
        finally:
            server.stop()

    def binary_size(self):
        stripped = os.path.join(self.work, "stripped")
        subprocess.run(["strip", "-o", stripped, self.binary], check=True)
        return os.path.getsize(stripped) / (1 << 20)

    def configure(self):
        folder = os.path.join(self.work, "build")
        subprocess.run(["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                        "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG", "-DPARLEY_TESTS=OFF", "-DCMAKE_CXX_COMPILER_LAUNCHER="],
                       check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, CCACHE_DISABLE="1"))
        return folder

    def build_seconds(self):
        folder = self.configure()
        begin = time.monotonic()
        subprocess.run(["ninja", "-C", folder, "parley"], check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, CCACHE_DISABLE="1"))
        return time.monotonic() - begin

    def rebuild_seconds(self):
        folder = os.path.join(self.work, "build")
        source = os.path.join(ROOT, "modules", "users", "src", "service.cpp")
        os.utime(source)
        begin = time.monotonic()
        subprocess.run(["ninja", "-C", folder, "parley"], check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, CCACHE_DISABLE="1"))
        return time.monotonic() - begin


def check(target, medians):
    if target["peer"] not in medians:
        text = target["peer"]
    else:
        text = f"{target['ratio']:.2f} x {target['peer']}, by CPU {target['cpu_ratio']:.2f} x"
        if target["target"] is None:
            return text
        text += f" (wants {target['target']:g})"
    return text + (" ok" if target["met"] else " SHORT")


def show(rows):
    print(f"\n{'what':58} {'parley':>12}   peers and ratios")
    for row in rows:
        medians = row["medians"]
        peers = ", ".join(f"{name} {value:,.0f}" for name, value in medians.items() if name != "parley")
        checks = "; ".join(check(t, medians) for t in row["targets"])
        extra = f"  p99 {row['p99_ms']:.1f} ms" if "p99_ms" in row else ""
        if row.get("failed"):
            extra += f"  {row['failed']:.0f} FAILED ANSWERS"
        print(f"{row['title']:58} {medians['parley']:>12,.0f} {row['unit']}  {checks}{extra}"
              + (f"  [{peers}]" if peers else ""))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", default="")
    parser.add_argument("--clean-build", action="store_true")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    bench = Bench(options)
    only = set(filter(None, options.only.split(",")))
    try:
        bench.prepare()
        rows = [make() for name, make in bench.lines() if not only or name in only]
    finally:
        shutil.rmtree(bench.work, ignore_errors=True)
    show(rows)
    target = options.json or os.path.join(options.build, "bench", "report.json")
    with open(target, "w") as f:
        json.dump(rows, f, indent=2)
    say(f"\nthe same as JSON: {target}")
    return 0 if all(t["met"] for row in rows for t in row["targets"]) else 1


if __name__ == "__main__":
    sys.exit(main())
