# SPDX-License-Identifier: Apache-2.0
"""A repository made by hand, for tests of the client: what a publisher makes, and what
nobody should.  Signs with Ed25519 as RFC 8032 describes it, so that it needs nothing
but Python, and shares no code with what is tested.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import time

# --- Ed25519, slowly ------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _x_of(y):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P)
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    return P - x if x % 2 else x


def _add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    c = 2 * a[3] * b[3] * D % P
    d = 2 * a[2] * b[2] % P
    e, f, g, h = f - e, d - c, d + c, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(point, n):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = _add(result, point)
        point = _add(point, point)
        n >>= 1
    return result


_Y = 4 * pow(5, P - 2, P) % P
BASE = (_x_of(_Y), _Y, 1, _x_of(_Y) * _Y % P)


def _encode(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


class Key:
    def __init__(self, seed):
        digest = hashlib.sha512(hashlib.sha256(seed.encode()).digest()).digest()
        low = int.from_bytes(digest[:32], "little")
        self.scalar = low & (2**254 - 8) | 2**254
        self.prefix = digest[32:]
        self.public = _encode(_times(BASE, self.scalar))
        self.json = {"keytype": "ed25519", "scheme": "ed25519",
                     "keyval": {"public": self.public.hex()}}
        self.id = hashlib.sha256(canonical(self.json)).hexdigest()

    def sign(self, message):
        r = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little")
        point = _encode(_times(BASE, r % ORDER))
        h = hashlib.sha512(point + self.public + message).digest()
        s = (r + int.from_bytes(h, "little") * self.scalar) % ORDER
        return point + s.to_bytes(32, "little")


def canonical(value):
    """OLPC's canonical JSON: nothing is escaped in a text but \" and \\."""
    if isinstance(value, dict):
        return b"{%s}" % b",".join(canonical(key) + b":" + canonical(value[key])
                                   for key in sorted(value))
    if isinstance(value, list):
        return b"[%s]" % b",".join(map(canonical, value))
    if isinstance(value, str):
        return b'"%s"' % value.replace("\\", "\\\\").replace('"', '\\"').encode()
    return json.dumps(value).encode()


# --- Databases and repositories -----------------------------------------------------------

def vitrine(*arguments, expect=0):
    run = subprocess.run([os.environ["VITRINE"], *map(str, arguments)],
                         capture_output=True, text=True, stdin=subprocess.DEVNULL,
                         check=False)
    if run.returncode != expect:
        raise AssertionError(f"exit code {run.returncode} where {expect} was expected: "
                             f"{arguments}\n{run.stdout}{run.stderr}")
    return run


def compile_release(folder, number, rules, name="sample"):
    """Release `number` of rules that are given as texts."""
    source = folder / "rules.yar"
    source.write_text("\n".join(rules))
    path = folder / f"{name}-{number}.vdb"
    vitrine("compile", "-o", path, "--name", name, "--release", number, source)
    return path


def some_rules(count, seed=""):
    return [f'rule r{seed}{i} {{ strings: $a = "{text}" condition: $a }}'
            for i in range(count)
            for text in [hashlib.sha256(f"{seed}{i}".encode()).hexdigest()]]


def expiry(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


class Repository:
    """Files below `folder`; root 2 of 3 keys, targets 2 of 3, one online key each."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "metadata").mkdir(parents=True)
        (self.folder / "targets").mkdir()
        self.keys = {name: Key(name) for name in
                     ["root1", "root2", "root3", "vendor", "auditor", "buyer",
                      "snapshot", "timestamp", "other"]}
        self.roles = {"root": (["root1", "root2", "root3"], 2),
                      "targets": (["vendor", "auditor", "buyer"], 2),
                      "snapshot": (["snapshot"], 1), "timestamp": (["timestamp"], 1)}
        self.signers = {"root": ["root1", "root2"], "targets": ["vendor", "buyer"],
                        "snapshot": ["snapshot"], "timestamp": ["timestamp"]}
        self.version = dict.fromkeys(self.roles, 0)
        self.life = {"root": 10**8, "targets": 10**7, "snapshot": 10**6,
                     "timestamp": 10**5}
        self.targets = {}
        self.delegations = {}  # of targets: member "delegations"
        self.releases = []  # (path of the database, its custom), oldest first
        self.lists = []     # targets as each release had them
        self.write_root()

    def sign(self, role, signed, signers=None):
        message = canonical(signed)
        return canonical({"signatures": [
            {"keyid": self.keys[name].id, "sig": self.keys[name].sign(message).hex()}
            for name in signers or self.signers[role]], "signed": signed})

    def head(self, role):
        return {"_type": role, "spec_version": "1.0.34", "version": self.version[role],
                "expires": expiry(self.life[role])}

    def write(self, name, data):
        """As a publisher does: whole or not at all."""
        path = self.folder / name
        temporary = path.with_name("." + path.name)
        temporary.write_bytes(data)
        temporary.rename(path)
        return data

    def write_root(self, signers=None):
        self.version["root"] += 1
        named = {name for names, _ in self.roles.values() for name in names}
        signed = self.head("root") | {
            "consistent_snapshot": True,
            "keys": {self.keys[n].id: self.keys[n].json for n in sorted(named)},
            "roles": {role: {"keyids": [self.keys[n].id for n in names],
                             "threshold": threshold}
                      for role, (names, threshold) in self.roles.items()}}
        return self.write(f"metadata/{self.version['root']}.root.json",
                          self.sign("root", signed, signers))

    def write_targets(self):
        self.version["targets"] += 1
        data = self.sign("targets", self.head("targets") | {"targets": self.targets} |
                         self.delegations)
        self.write(f"metadata/{self.version['targets']}.targets.json", data)
        self.write_snapshot()

    def write_snapshot(self, targets_version=None):
        self.version["snapshot"] += 1
        version = targets_version or self.version["targets"]
        path = self.folder / f"metadata/{version}.targets.json"
        data = self.sign("snapshot", self.head("snapshot") | {
            "meta": {"targets.json": self.pin(path.read_bytes(), version)}})
        self.write(f"metadata/{self.version['snapshot']}.snapshot.json", data)
        self.write_timestamp()

    def write_timestamp(self, snapshot_version=None):
        self.version["timestamp"] += 1
        version = snapshot_version or self.version["snapshot"]
        data = (self.folder / f"metadata/{version}.snapshot.json").read_bytes()
        self.write("metadata/timestamp.json", self.sign(
            "timestamp", self.head("timestamp") | {
                "meta": {"snapshot.json": self.pin(data, version)}}))

    @staticmethod
    def pin(data, version):
        return {"version": version, "length": len(data),
                "hashes": {"sha256": hashlib.sha256(data).hexdigest()}}

    def add_target(self, name, data, custom):
        digest = hashlib.sha256(data).hexdigest()
        self.write(f"targets/{digest}.{name}", data)
        return {"length": len(data), "hashes": {"sha256": digest},
                "custom": {"vitrine": custom}}

    def path_of(self, name):
        """The file that serves a target of the newest release."""
        return self.folder / f"targets/{self.targets[name]['hashes']['sha256']}.{name}"

    def publish(self, database, has_deltas=True):
        info = json.loads(vitrine("inspect", "--json", database).stdout)
        serial = len(self.releases) + 1
        custom = {"kind": "image", "database": info["name"], "release": info["release"],
                  "serial": serial, "layout": info["layout"],
                  "digest": info["content_digest"]}
        name = f"{info['name']}-{info['release']}"
        targets = {f"{name}.vdb": self.add_target(f"{name}.vdb", database.read_bytes(),
                                                  custom)}
        span = 1
        while has_deltas and span < serial and serial % span == 0:
            self.add_delta(targets, name, custom, database, serial - span)
            span *= 2
        self.targets = targets
        self.releases.append((database, custom))
        self.lists.append(targets)
        self.write_targets()

    def add_delta(self, targets, name, custom, database, serial):
        old, was = self.releases[serial - 1]
        history = f"{was['database']}-{was['release']}.history.json"
        text = canonical({"targets": self.lists[serial - 1]})
        entry = self.add_target(history, text, {})
        delta = database.parent / "made.vdelta"
        vitrine("delta", "create", old, database, "-o", delta, "--unsigned")
        targets[f"{name}-from-{was['release']}.vdelta"] = self.add_target(
            f"{name}-from-{was['release']}.vdelta", delta.read_bytes(),
            custom | {"kind": "delta", "from_release": was["release"],
                      "from_serial": was["serial"], "from_digest": was["digest"],
                      "history": {"path": history, "length": entry["length"],
                                  "sha256": entry["hashes"]["sha256"]}})
