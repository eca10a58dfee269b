#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The client against servers: a real nginx, and one that misbehaves in ways in which
nginx does not.  Both on the loopback, on ports of their own.
"""
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from update_sample import Repository, compile_release, some_rules, vitrine

RULES = some_rules(400)
SKIPPED = 77


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


NGINX = """
{user}
daemon off; pid {work}/nginx.pid; error_log {work}/error.log;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log {work}/access.log combined;
    client_body_temp_path {work}/t1; proxy_temp_path {work}/t2;
    fastcgi_temp_path {work}/t3; uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
    default_type application/octet-stream;
    server {{
        listen 127.0.0.1:{http};
        listen 127.0.0.1:{https} ssl;
        ssl_certificate {work}/server.pem; ssl_certificate_key {work}/server.key;
        root {work};
        location /repo/ {{ }}
        location /slow/ {{ alias {work}/repo/; limit_rate 2k; }}
        location /trickle/ {{ alias {work}/repo/; limit_rate 20k; }}
        location /whole/ {{ alias {work}/repo/; max_ranges 0; }}
        location /norange/ {{
            alias {work}/repo/;
            if ($http_range) {{ return 416; }}
        }}
        location /moved/ {{ rewrite ^/moved/(.*)$ /repo/$1 redirect; }}
        location /around/ {{ rewrite ^ $uri redirect; }}
        location /plain/ {{ rewrite ^/plain/(.*)$ http://127.0.0.1:{http}/repo/$1 redirect; }}
        location /busy/ {{ add_header Retry-After 7200 always; return 429; }}
        location /down/ {{ return 503; }}
        location /broken/ {{ return 500; }}
        location /teapot/ {{ return 418; }}
        location /secret/ {{ return 403; }}
        location /page/ {{ default_type text/html; return 200 "<html>log in</html>"; }}
    }}
}}
"""


class Nginx:
    def __init__(self, work):
        self.work = work
        self.http, self.https = free_port(), free_port()
        (work / "nginx.conf").write_text(NGINX.format(
            work=work, http=self.http, https=self.https,
            user="user root;" if os.getuid() == 0 else ""))
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["nginx", "-c", self.work / "nginx.conf", "-p", self.work,
             "-e", self.work / "error.log"], stderr=subprocess.DEVNULL)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.http)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("nginx does not start: " +
                             (self.work / "error.log").read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def log(self):
        return (self.work / "access.log").read_text()

    def url(self, place="repo"):
        return f"http://127.0.0.1:{self.http}/{place}"


class Misbehaving(http.server.BaseHTTPRequestHandler):
    """/WAY/path: the repository's file, served in that way."""

    protocol_version = "HTTP/1.1"
    folder = None
    seen = []  # (path, Range)

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        _, way, path = self.path.split("/", 2)
        file = self.folder / path
        self.close_connection = True
        if not file.exists():
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        wanted = self.headers.get("Range")
        first = sum(p == self.path for p, _ in self.seen) == 0
        self.seen.append((self.path, wanted))
        start = int(wanted.split("=")[1].rstrip("-")) if wanted else 0
        data = file.read_bytes()
        is_database = path.endswith(".vdb")
        try:
            getattr(self, way if is_database else "well", self.well)(data, start, first)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def head(self, code, length=None, **headers):
        self.send_response(code)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def well(self, data, start, first):
        if start:
            self.head(206, len(data) - start,
                      Content_Range=f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.head(200, len(data))
        self.wfile.write(data[start:])

    def cut(self, data, start, first):
        """Every answer ends after 20,000 bytes."""
        self.head(206 if start else 200, len(data) - start,
                  Content_Range=f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.wfile.write(data[start:start + 20000])

    def short(self, data, start, first):
        """The first answer has no length and is not all."""
        if first:
            self.head(200)
            self.wfile.write(data[:1000])
        else:
            self.well(data, start, first)

    def forgetful(self, data, start, first):
        """Knows nothing of ranges, and is cut once."""
        self.head(200, len(data))
        self.wfile.write(data[:30000] if first else data)

    def elsewhere(self, data, start, first):
        """Sends another part than was asked for."""
        if first:
            return self.cut(data, start, first)
        self.head(206, len(data), Content_Range=f"bytes 0-{len(data) - 1}/{len(data)}")
        self.wfile.write(data)

    def unwilling(self, data, start, first):
        """Refuses ranges."""
        if start:
            return self.head(416, 0, Content_Range=f"bytes */{len(data)}")
        if first:
            return self.cut(data, start, first)
        self.well(data, start, first)

    def endless(self, data, start, first):
        self.head(200)
        for _ in range(10000):
            self.wfile.write(data)

    def busy(self, data, start, first):
        """Wants a second of rest."""
        if first:
            return self.head(429, 0, Retry_After="1")
        self.well(data, start, first)

    def tired(self, data, start, first):
        if first:
            return self.head(503, 0)
        self.well(data, start, first)

    def altered(self, data, start, first):
        self.well(data[:-1] + b"?", start, first)


class World:
    def __init__(self, work):
        self.work = work
        self.repo = Repository(work / "repo")
        self.repo.publish(compile_release(work, 1, RULES))
        self.old = work / "old"
        shutil.copytree(work / "repo", self.old)
        self.nginx = Nginx(work)
        self.nginx.start()
        Misbehaving.folder = work / "repo"
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.dir = None

    def bad(self, way):
        Misbehaving.seen.clear()
        return f"http://127.0.0.1:{self.server.server_port}/{way}"

    def arguments(self, *urls):
        return ["update", "--dir", self.dir, "--root",
                self.work / "repo/metadata/1.root.json", "--json",
                *[word for url in urls for word in ("--url", url)]]

    def update(self, *urls, more=(), expect=0):
        run = vitrine(*self.arguments(*urls), *more, expect=expect)
        self.said = run.stderr
        return json.loads(run.stdout) if expect == 0 else None

    def has(self, release):
        path = self.dir / "sample.vdb"
        wanted = (self.work / f"sample-{release}.vdb").read_bytes() if release else None
        assert (path.read_bytes() if path.exists() else None) == wanted


def make_certificates(work):
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True,
                       capture_output=True)
    for name in ["ca", "stranger"]:
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-subj",
                f"/CN={name}", "-keyout", work / f"{name}.key", "-out",
                work / f"{name}.pem")
    (work / "names").write_text("subjectAltName=IP:127.0.0.1")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-keyout",
            work / "server.key", "-out", work / "server.csr")
    openssl("x509", "-req", "-days", 2, "-in", work / "server.csr", "-CA",
            work / "ca.pem", "-CAkey", work / "ca.key", "-CAcreateserial", "-extfile",
            work / "names", "-out", work / "server.pem")


# --- nginx ----------------------------------------------------------------------------

def nginx_serves_a_repository_and_says_when_nothing_has_happened(w):
    w.update(w.nginx.url())
    w.has(1)
    before = w.nginx.log()
    said = w.update(w.nginx.url())
    asked = w.nginx.log()[len(before):].splitlines()
    assert said["outcome"] == "current" and said["fetched_bytes"] == 0, said
    assert [line.split('"')[2].split()[0] for line in asked] == ["404", "304"], asked


def a_killed_client_goes_on_where_it_was(w):
    client = subprocess.Popen([os.environ["VITRINE"],
                               *map(str, w.arguments(w.nginx.url("trickle")))])
    part = None
    for _ in range(400):
        time.sleep(0.01)
        part = next(iter((w.dir / "partial").glob("*")), None)
        if part and part.stat().st_size > 10000:
            break
    client.send_signal(signal.SIGKILL)
    client.wait()
    had = part.stat().st_size
    before = w.nginx.log()
    said = w.update(w.nginx.url())
    w.has(1)
    assert said["fetched_bytes"] < said["database_bytes"] - had + 5000
    assert '" 206 ' in w.nginx.log()[len(before):]


def a_server_that_goes_away_in_the_middle_costs_only_the_rest(w):
    client = subprocess.Popen([os.environ["VITRINE"],
                               *map(str, w.arguments(w.nginx.url("trickle")))],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for _ in range(400):
        time.sleep(0.01)
        if any(p.stat().st_size > 10000 for p in (w.dir / "partial").glob("*")):
            break
    w.nginx.process.send_signal(signal.SIGTERM)
    w.nginx.process.wait()
    w.nginx.start()
    said = json.loads(client.communicate(timeout=60)[0])
    assert client.returncode == 0 and said["outcome"] == "database"
    assert said["fetched_bytes"] < said["database_bytes"] + 10000
    w.has(1)


def a_server_without_ranges_will_do(w):
    (w.dir / "partial").mkdir(parents=True)
    data = (w.work / "sample-1.vdb").read_bytes()
    name = w.repo.path_of("sample-1.vdb").name.split(".")[0]
    (w.dir / "partial" / name).write_bytes(data[:20000])
    w.update(w.nginx.url("whole"))
    w.has(1)


def a_server_that_refuses_ranges_is_asked_from_the_start(w):
    (w.dir / "partial").mkdir(parents=True)
    data = (w.work / "sample-1.vdb").read_bytes()
    name = w.repo.path_of("sample-1.vdb").name.split(".")[0]
    (w.dir / "partial" / name).write_bytes(data[:20000])
    before = w.nginx.log()
    w.update(w.nginx.url("norange"))
    w.has(1)
    asked = w.nginx.log()[len(before):]
    assert '" 416 ' in asked and '" 200 ' in asked.split('" 416 ')[1], asked


def bodies_that_are_cut_too_long_or_other_are_refused(w):
    """nginx says their length and serves them to the end: nothing but digests tells."""
    data = (w.work / "sample-1.vdb").read_bytes()
    name = w.repo.path_of("sample-1.vdb").name
    for kind, body, expect in [("truncated", data[:-1], 2), ("empty", b"", 2),
                               ("oversized", data + b"more", 1),
                               ("other", data[:-1] + b"?", 1)]:
        place = w.work / kind
        shutil.copytree(w.work / "repo", place)
        (place / "targets" / name).write_bytes(body)
        w.update(w.nginx.url(kind), more=("--timeout", 3), expect=expect)
        w.has(None)
        w.update(w.nginx.url(kind), w.nginx.url())
        w.has(1)
        shutil.rmtree(w.dir)
        shutil.rmtree(place)


def redirections_are_followed_but_not_for_ever(w):
    w.update(w.nginx.url("moved"))
    w.has(1)
    w.update(w.nginx.url("around"), expect=2)


def a_slow_server_is_given_up(w):
    started = time.monotonic()
    w.update(w.nginx.url("slow"), more=("--timeout", 3), expect=2)
    assert time.monotonic() - started < 10
    w.has(None)
    w.update(w.nginx.url())
    w.has(1)


def errors_of_servers_change_nothing(w):
    w.update(w.nginx.url())
    for place, expect in [("nothing", 2), ("broken", 2), ("down", 2), ("teapot", 2),
                          ("secret", 2), ("page", 1)]:
        w.update(w.nginx.url(place), expect=expect)
        assert w.said
        w.has(1)
    w.update(f"http://127.0.0.1:{free_port()}", expect=2)
    w.update("http://no-such-host.invalid/", expect=2)
    w.update(w.nginx.url("down"), w.nginx.url("nothing"), w.nginx.url())


def a_server_that_wants_rest_gets_it(w):
    w.update(w.nginx.url())
    w.update(w.nginx.url("busy"), expect=2)
    run = vitrine("status", "--json", "--dir", w.dir, expect=1)
    state = json.loads(run.stdout)
    assert 7100 < state["retry_at"] - time.time() < 7300
    assert "429" in state["last_error"]
    said = w.update(w.nginx.url(), more=("--scheduled",))
    assert said["outcome"] == "waiting"


def a_stale_copy_of_the_repository_is_refused(w):
    w.update(w.nginx.url())
    place = w.work / "fresh"
    shutil.copytree(w.old, place)
    fresh = w.repo
    folder, fresh.folder = fresh.folder, place
    try:
        fresh.write_timestamp()
        w.update(f"file://{place}")
        w.update(w.nginx.url(), expect=1)
        assert "version" in w.said
        w.update(w.nginx.url(), f"file://{place}")
        w.has(1)
    finally:
        fresh.folder = folder
        shutil.rmtree(place)
        fresh.write_timestamp()


def tls_is_checked(w):
    url = f"https://127.0.0.1:{w.nginx.https}/repo"
    w.update(url, expect=2)
    assert "certificate" in w.said.lower() or "SSL" in w.said
    w.update(url, more=("--ca", w.work / "stranger.pem"), expect=2)
    w.update(url, more=("--ca", w.work / "no-such.pem"), expect=2)
    w.has(None)
    w.update(url, more=("--ca", w.work / "ca.pem"))
    w.has(1)
    w.update(url.replace("/repo", "/plain"), more=("--ca", w.work / "ca.pem"), expect=2)


def a_proxy_of_the_environment_is_used(w):
    os.environ["http_proxy"] = f"http://127.0.0.1:{w.nginx.http}"
    try:
        w.update("http://updates.example.org/repo")
        w.has(1)
    finally:
        del os.environ["http_proxy"]


# --- A server that misbehaves -------------------------------------------------------------

def a_cut_download_is_gone_on_with(w):
    said = w.update(w.bad("cut"))
    w.has(1)
    ranges = [int(r[6:-1]) for p, r in Misbehaving.seen if r]
    assert ranges == sorted(set(ranges)) and ranges[0] == 20000, ranges
    assert said["fetched_bytes"] < said["database_bytes"] + 10000


def what_can_be_mended_is(w):
    for way in ["short", "forgetful", "unwilling", "busy", "tired"]:
        shutil.rmtree(w.dir, ignore_errors=True)
        w.update(w.bad(way))
        w.has(1)


def what_cannot_be_mended_is_refused(w):
    for way, expect in [("elsewhere", 2), ("endless", 1), ("altered", 1)]:
        w.update(w.bad(way), expect=expect)
        w.has(None)
        w.update(w.bad("well"))
        w.has(1)
        shutil.rmtree(w.dir)


def main():
    for program in ["nginx", "openssl"]:
        if shutil.which(program) is None:
            print(f"skipped: no {program}")
            return SKIPPED
    tests = [value for value in list(globals().values())
             if getattr(value, "__code__", None) and
             value.__code__.co_varnames[:1] == ("w",)]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        make_certificates(work)
        world = World(work)
        try:
            for test in tests:
                if sys.argv[1:] and test.__name__ not in sys.argv[1:]:
                    continue
                world.dir = work / f"of_{test.__name__}"
                try:
                    test(world)
                except (AssertionError, OSError, KeyError, ValueError) as error:
                    failures += 1
                    print(f"FAILED: {test.__name__}: {error!r}")
        finally:
            world.nginx.stop()
            world.server.shutdown()
    print(f"{len(tests)} tests, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
