#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/tuf_client, which speaks the protocol of TUF's conformance suite, against a
repository in memory: what it asks for, in which order, what it keeps, what it refuses.
"""
import hashlib
import http.server
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from update_sample import Key, canonical, expiry

SKIPPED = 77
TOPS = ["root", "targets", "snapshot", "timestamp"]
KEYS = {name: Key(name) for name in
        [*TOPS, "A", "B", "C", "D", "new", *map(str, range(10))]}


class Repository:
    """Roles are dictionaries; publish() signs what they say now."""

    def __init__(self, has_hashes=True):
        self.files = {}
        self.asked = []
        self.has_hashes = has_hashes
        self.artifacts = {}
        self.keys = {role: role for role in TOPS}
        self.held = {}     # role: the keys that the root names, where it is not one
        self.signers = {}  # role: who signs, where it is not who holds the key
        self.threshold = {}
        self.signed = {
            "root": {"_type": "root", "consistent_snapshot": True},
            "targets": {"_type": "targets", "targets": {}},
            "snapshot": {"_type": "snapshot"}, "timestamp": {"_type": "timestamp"}}
        for role in self.signed.values():
            role |= {"spec_version": "1.0.31", "version": 1, "expires": expiry(10**6)}
        self.publish("root", "targets", "snapshot", "timestamp")

    def put(self, role, name):
        data = self.signed[role]
        message = canonical(data)
        text = json.dumps({"signatures": [
            {"keyid": KEYS[name].id, "sig": KEYS[name].sign(message).hex()}
            for name in self.signers.get(role) or self.held.get(role) or [self.keys[role]]],
            "signed": data}).encode()
        self.files[f"/metadata/{name}"] = text
        return text

    def pin(self, role, text):
        meta = {"version": self.signed[role]["version"]}
        if self.has_hashes:
            meta |= {"length": len(text),
                     "hashes": {"sha256": hashlib.sha256(text).hexdigest()}}
        return meta

    def publish(self, *roles):
        if "root" in roles:
            root = self.signed["root"]
            held = {r: self.held.get(r) or [self.keys[r]] for r in TOPS}
            root["keys"] = {KEYS[n].id: KEYS[n].json for r in TOPS for n in held[r]}
            root["roles"] = {r: {"keyids": [KEYS[n].id for n in held[r]],
                                 "threshold": self.threshold.get(r, 1)} for r in TOPS}
            self.finish_root(root)
            self.put("root", f"{root['version']}.root.json")
        names = [r for r in self.signed if r not in ("root", "snapshot", "timestamp")]
        for role in names:
            if role in roles:
                self.put(role, f"{self.signed[role]['version']}."
                               f"{urllib.parse.quote(role, '')}.json")
        if "snapshot" in roles:
            self.signed["snapshot"]["meta"] = {
                f"{r}.json": self.pin(r, self.text(r)) for r in names}
            self.put("snapshot", f"{self.signed['snapshot']['version']}.snapshot.json")
        if "timestamp" in roles:
            self.signed["timestamp"]["meta"] = {
                "snapshot.json": self.pin("snapshot", self.text("snapshot"))}
            self.put("timestamp", "timestamp.json")

    def finish_root(self, root):
        """What a test does to a root before it is signed."""

    def next_root(self):
        self.signed["root"]["version"] += 1
        self.publish("root")

    def text(self, role):
        name = urllib.parse.quote(role, "")
        return self.files[f"/metadata/{self.signed[role]['version']}.{name}.json"]

    def update(self, *roles):
        """The next version of each, and of what pins it."""
        for role in [*roles, "snapshot", "timestamp"]:
            self.signed[role]["version"] += 1
        self.publish(*roles, "snapshot", "timestamp")

    def add(self, role, path, data):
        digest = hashlib.sha256(data).hexdigest()
        self.signed[role]["targets"][path] = {"length": len(data),
                                              "hashes": {"sha256": digest}}
        folder, name = os.path.split(path)
        self.files["/targets/" + os.path.join(folder, f"{digest}.{name}")] = data
        self.artifacts[path] = "/targets/" + os.path.join(folder, f"{digest}.{name}")

    def delegate(self, by, role, key, paths=("*",), is_terminating=False):
        self.keys[role] = key
        self.signed.setdefault(role, {"_type": "targets", "targets": {}, "version": 1,
                                      "spec_version": "1.0.31", "expires": expiry(10**6)})
        made = self.signed[by].setdefault("delegations", {"keys": {}, "roles": []})
        made["keys"][KEYS[key].id] = KEYS[key].json
        made["roles"].append({"name": role, "keyids": [KEYS[key].id], "threshold": 1,
                              "terminating": is_terminating, "paths": list(paths)})

    def publish_all(self):
        self.publish(*self.signed)
        self.update("targets")


class Server(http.server.BaseHTTPRequestHandler):
    repository = None

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.repository.asked.append(self.path)
        data = self.repository.files.get(self.path)
        self.send_response(200 if data is not None else 404)
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        self.wfile.write(data or b"")


class World:
    def __init__(self, place, port, has_hashes=True):
        self.repo = Server.repository = Repository(has_hashes)
        self.metadata, self.targets = place / "metadata", place / "targets"
        self.metadata.mkdir(parents=True)
        self.targets.mkdir()
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {}
        root = place / "initial.json"
        root.write_bytes(self.repo.files["/metadata/1.root.json"])
        self.run("init", root)

    def run(self, *arguments, expect=0):
        run = subprocess.run([*shlex.split(os.environ["TUF_CLIENT"]), "--metadata-dir",
                              self.metadata, *arguments], capture_output=True, text=True,
                             check=False, env=os.environ | self.environment)
        assert run.returncode == expect, f"{run.returncode}, not {expect}: {run.stderr}"
        assert bool(run.stderr) == bool(expect)

    def refresh(self, expect=0):
        self.repo.asked.clear()
        self.run("--metadata-url", self.url + "/metadata", "refresh", expect=expect)

    def download(self, path, expect=0):
        self.repo.asked.clear()
        self.run("--metadata-url", self.url + "/metadata", "--target-name", path,
                 "--target-base-url", self.url + "/targets", "--target-dir",
                 self.targets, "download", expect=expect)

    def later(self, days):
        """So many days from now, for the client."""
        self.environment = {"SOURCE_DATE_EPOCH": str(int(time.time()) + 86400 * days)}

    def version(self, role):
        path = self.metadata / f"{role}.json"
        return json.loads(path.read_text())["signed"]["version"] if path.exists() else None

    def has(self, **versions):
        found = {p.name: json.loads(p.read_text())["signed"]["version"]
                 for p in self.metadata.glob("*.json")}
        assert found == {f"{r}.json": v for r, v in versions.items()}, found

    def got(self):
        return sorted(p.read_bytes() for p in self.targets.iterdir())

    def asked(self):
        return [p.rsplit("/", 1)[1].removesuffix(".json") for p in self.repo.asked
                if p.startswith("/metadata/")]


def a_refresh_takes_every_role_once(w):
    w.has(root=1)
    w.refresh()
    assert w.asked() == ["2.root", "timestamp", "1.snapshot", "1.targets"]
    w.has(root=1, timestamp=1, snapshot=1, targets=1)
    w.refresh()
    assert w.asked() == ["2.root", "timestamp"]


def roots_are_followed_one_by_one_and_kept(w):
    for version in (2, 3):
        w.repo.signed["root"]["version"] = version
        w.repo.publish("root")
    w.refresh()
    w.has(root=3, timestamp=1, snapshot=1, targets=1)


def what_expired_is_not_kept_and_what_was_before_it_is(w):
    for role, kept in [("timestamp", {}), ("snapshot", {"timestamp": 3}),
                       ("targets", {"timestamp": 4, "snapshot": 4})]:
        w.repo.signed[role]["expires"] = expiry(-100)
        w.repo.update("targets")
        w.refresh(expect=1)
        w.has(root=1, **kept)
        w.repo.signed[role]["expires"] = expiry(10**6)
    w.repo.update("targets")
    w.refresh()


def a_timestamp_that_goes_back_is_refused(w):
    w.repo.update("targets")
    w.refresh()
    w.repo.signed["timestamp"]["version"] = 1
    w.repo.publish("timestamp")
    w.refresh(expect=1)
    w.has(root=1, timestamp=2, snapshot=2, targets=2)


def a_snapshot_or_targets_that_go_back_are_refused(w):
    for _ in range(2):
        w.repo.update("targets")
    w.refresh()
    w.repo.signed["snapshot"]["version"] = 1
    w.repo.signed["timestamp"]["version"] = 4
    w.repo.publish("snapshot", "timestamp")
    w.refresh(expect=1)
    w.has(root=1, timestamp=3, snapshot=3, targets=3)
    w.repo.signed["targets"]["version"] = 1
    w.repo.signed["snapshot"]["version"] = 4
    w.repo.publish("targets", "snapshot", "timestamp")
    w.refresh(expect=1)
    assert json.loads((w.metadata / "targets.json").read_text())["signed"]["version"] == 3


def new_keys_bring_versions_down(w):
    w.repo.signed["timestamp"]["version"] = 99
    w.repo.publish("timestamp")
    w.refresh()
    w.repo.keys["timestamp"] = "new"
    w.repo.signed["root"]["version"] = 2
    w.repo.signed["timestamp"]["version"] = 1
    w.repo.publish("root", "timestamp")
    w.refresh()
    w.has(root=2, timestamp=1, snapshot=1, targets=1)


def a_snapshot_of_another_version_than_is_pinned_is_refused(w):
    w.repo.signed["snapshot"]["version"] = 2
    w.repo.put("snapshot", "1.snapshot.json")
    w.refresh(expect=1)
    w.has(root=1, timestamp=1)


def a_target_is_fetched_once_and_held_against_its_digest(w):
    w.repo.add("targets", "path/to/file.txt", b"first")
    w.repo.add("targets", "other", b"other")
    w.repo.update("targets")
    w.download("path/to/file.txt")
    assert w.got() == [b"first"]
    for path in w.repo.artifacts.values():
        w.repo.files[path] = b"altered"
    w.download("path/to/file.txt")
    assert not any(p.startswith("/targets/") for p in w.repo.asked)
    w.download("other", expect=1)
    w.download("nothing", expect=1)
    assert w.got() == [b"first"]
    w.repo.add("targets", "path/to/file.txt", b"second")
    w.repo.update("targets")
    w.download("path/to/file.txt")
    assert w.got() == [b"second"]


def delegations_are_asked_depth_first(w):
    w.repo.delegate("targets", "A", "A")
    w.repo.delegate("targets", "B", "B")
    w.repo.delegate("A", "C", "C")
    w.repo.delegate("C", "A", "A")
    w.repo.add("B", "in-b", b"of b")
    w.repo.publish_all()
    w.download("missing", expect=1)
    assert w.asked()[4:] == ["1.A", "1.C", "1.B"], w.asked()
    w.download("in-b")
    assert w.got() == [b"of b"]
    assert w.asked() == ["2.root", "timestamp"]


def a_terminating_role_has_the_last_word(w):
    w.repo.delegate("targets", "A", "A", is_terminating=True)
    w.repo.delegate("targets", "B", "B")
    w.repo.add("B", "file", b"of b")
    w.repo.publish_all()
    w.download("file", expect=1)
    assert w.asked()[4:] == ["1.A"]


def a_role_is_asked_for_its_paths_alone(w):
    w.repo.delegate("targets", "A", "A", paths=["*.doc"])
    w.repo.delegate("targets", "B", "B", paths=["releases/*/*"])
    w.repo.add("B", "releases/x/y", b"of b")
    w.repo.publish_all()
    w.download("releases/x/y")
    assert w.asked()[4:] == ["1.B"]


def names_of_roles_are_no_paths(w):
    for i, role in enumerate(["?", "#", "/up", "../../up", "%2e", "a b"]):
        w.repo.delegate("targets", role, "ABC"[i % 3])
    w.repo.publish_all()
    w.download("nothing", expect=1)
    quoted = [f"1.{urllib.parse.quote(r, '')}" for r in
              ["?", "#", "/up", "../../up", "%2e", "a b"]]
    assert w.asked()[4:] == quoted, w.asked()
    assert len(list(w.metadata.iterdir())) == 4 + len(quoted)
    assert not (w.metadata.parent / "up.json").exists()


def a_delegated_role_of_another_key_is_refused(w):
    w.repo.delegate("targets", "A", "A")
    w.repo.add("A", "file", b"of a")
    w.repo.keys["A"] = "B"
    w.repo.publish_all()
    w.download("file", expect=1)
    assert w.got() == []


def wrong_usage_is_said(w):
    w.run("refresh", expect=1)
    w.run("--metadata-url", w.url, "download", expect=1)
    w.run("init", expect=1)
    w.run("init", w.metadata / "none.json", expect=1)
    w.run("other", expect=1)


def run_tests(names):
    """Runs what takes a world, with digests of metadata and without; the exit code."""
    client = pathlib.Path(os.environ.get("VITRINE_BUILD", ".")) / "tests/tuf_client"
    if "TUF_CLIENT" not in os.environ and not client.exists():
        print("skipped: no tuf_client, for want of libcurl")
        return SKIPPED
    os.environ.setdefault("TUF_CLIENT", shlex.quote(str(client)))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tests = [value for value in names if getattr(value, "__code__", None) and
             value.__code__.co_varnames[:value.__code__.co_argcount] == ("w",)]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for test in tests:
            for has_hashes in (True, False):
                place = pathlib.Path(folder) / f"{test.__name__}{has_hashes}"
                if sys.argv[1:] and test.__name__ not in sys.argv[1:]:
                    continue
                try:
                    test(World(place, server.server_port, has_hashes))
                except (AssertionError, OSError, KeyError) as error:
                    failures += 1
                    print(f"FAILED: {test.__name__}: {error!r}")
    server.shutdown()
    print(f"{len(tests)} tests, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run_tests(list(globals().values())))
