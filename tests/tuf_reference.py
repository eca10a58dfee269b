#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies a TUF repository without Vitrine: canonical JSON, thresholds, pins, versions
and target files, as TUF 1.0 says.  Signatures are checked by `cryptography` or PyNaCl,
and, where it is installed, by Debian's python3-securesystemslib too.

Usage: tuf_reference.py REPOSITORY SECONDS-SINCE-1970

Exit codes: 0 it holds, 1 it does not, 77 there is no library for Ed25519.
"""
import datetime
import hashlib
import json
import pathlib
import sys


def verifiers():
    """Functions (public, signature, message) that answer whether a signature holds."""
    found = []
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ed25519

        def by_cryptography(public, signature, message):
            try:
                ed25519.Ed25519PublicKey.from_public_bytes(public).verify(
                    signature, message)
            except InvalidSignature:
                return False
            return True
        found.append(("cryptography", by_cryptography))
    except ImportError:
        pass
    try:
        import nacl.exceptions
        import nacl.signing

        def by_nacl(public, signature, message):
            try:
                nacl.signing.VerifyKey(public).verify(message, signature)
            except nacl.exceptions.BadSignatureError:
                return False
            return True
        found.append(("PyNaCl", by_nacl))
    except ImportError:
        pass
    try:
        from securesystemslib import keys

        def by_securesystemslib(public, signature, message):
            key = {"keytype": "ed25519", "scheme": "ed25519", "keyid": "0" * 64,
                   "keyval": {"public": public.hex()}}
            return keys.verify_signature(
                key, {"keyid": "0" * 64, "sig": signature.hex()}, message)
        found.append(("securesystemslib", by_securesystemslib))
    except ImportError:
        print("python3-securesystemslib is not here: it is not asked")
    return found


def canonical(value):
    """OLPC's canonical JSON, from its description."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key])
                              for key in sorted(value)) + "}"
    raise ValueError(f"no canonical form: {value!r}")


def key_id(key):
    return hashlib.sha256(canonical(key).encode()).hexdigest()


class Refused(Exception):
    pass


def need(is_so, what):
    if not is_so:
        raise Refused(what)


class Repository:
    def __init__(self, folder, now, libraries):
        self.folder = pathlib.Path(folder)
        self.now = now
        self.libraries = libraries

    def load(self, name):
        data = (self.folder / "metadata" / name).read_bytes()
        return data, json.loads(data)

    def check_signatures(self, metadata, root, role):
        message = canonical(metadata["signed"]).encode()
        try:
            from securesystemslib import formats
            need(formats.encode_canonical(metadata["signed"]).encode() == message,
                 f"securesystemslib has another canonical form of {role}")
        except ImportError:
            pass
        good = set()
        for signature in metadata["signatures"]:
            if signature["keyid"] not in root["roles"][role]["keyids"]:
                continue
            key = root["keys"][signature["keyid"]]
            need(key_id(key) == signature["keyid"], f"a wrong key id in {role}")
            public = bytes.fromhex(key["keyval"]["public"])
            answers = {name: verify(public, bytes.fromhex(signature["sig"]), message)
                       for name, verify in self.libraries}
            need(len(set(answers.values())) == 1, f"libraries disagree: {answers}")
            if all(answers.values()):
                good.add(public)
        need(len(good) >= root["roles"][role]["threshold"],
             f"{role}: {len(good)} signatures")

    def check_common(self, signed, role):
        need(signed["_type"] == role, f"{role} is {signed['_type']}")
        need(signed["spec_version"].startswith("1."), "version of TUF")
        expires = datetime.datetime.strptime(signed["expires"], "%Y-%m-%dT%H:%M:%SZ")
        expires = expires.replace(tzinfo=datetime.timezone.utc).timestamp()
        need(expires > self.now, f"{role} expired at {signed['expires']}")

    def check_pin(self, data, pin, what):
        need(len(data) == pin["length"], f"length of {what}")
        need(hashlib.sha256(data).hexdigest() == pin["hashes"]["sha256"],
             f"digest of {what}")

    def verify(self):
        _, metadata = self.load("1.root.json")
        root = metadata["signed"]
        self.check_signatures(metadata, root, "root")
        while (self.folder / "metadata" / f"{root['version'] + 1}.root.json").exists():
            _, metadata = self.load(f"{root['version'] + 1}.root.json")
            self.check_signatures(metadata, root, "root")
            self.check_signatures(metadata, metadata["signed"], "root")
            need(metadata["signed"]["version"] == root["version"] + 1, "a root's version")
            root = metadata["signed"]
        self.check_common(root, "root")

        _, metadata = self.load("timestamp.json")
        self.check_signatures(metadata, root, "timestamp")
        self.check_common(metadata["signed"], "timestamp")
        pin = metadata["signed"]["meta"]["snapshot.json"]
        for role, pinned in (("snapshot", "targets"), ("targets", None)):
            data, metadata = self.load(f"{pin['version']}.{role}.json")
            self.check_pin(data, pin, role)
            self.check_signatures(metadata, root, role)
            self.check_common(metadata["signed"], role)
            need(metadata["signed"]["version"] == pin["version"], f"version of {role}")
            if pinned:
                pin = metadata["signed"]["meta"][f"{pinned}.json"]
        targets = metadata["signed"]["targets"]
        for path, target in targets.items():
            self.check_target(path, target, False)
        return root["version"], metadata["signed"]["version"], len(targets)

    def read_target(self, digest, path, is_older):
        """None for a file of an older release that has been removed."""
        file = self.folder / "targets" / f"{digest}.{path}"
        if is_older and not file.exists():
            return None
        return file.read_bytes()

    def check_target(self, path, target, is_older):
        data = self.read_target(target["hashes"]["sha256"], path, is_older)
        if data is not None:
            self.check_pin(data, target, path)
        history = target.get("custom", {}).get("vitrine", {}).get("history")
        if not history:
            return
        data = self.read_target(history["sha256"], history["path"], is_older)
        if data is None:
            return
        need(len(data) == history["length"], "length of a history")
        need(hashlib.sha256(data).hexdigest() == history["sha256"], "a history")
        for inner, entry in json.loads(data)["targets"].items():
            self.check_target(inner, entry, True)


def main(folder, now):
    libraries = verifiers()
    if not libraries:
        print("skipped: neither cryptography nor PyNaCl is here")
        return 77
    try:
        versions = Repository(folder, int(now), libraries).verify()
    except (Refused, OSError) as refused:
        print(f"refused: {refused}")
        return 1
    print("root %d, targets %d, %d files" % versions,
          "by", ", ".join(name for name, _ in libraries))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
