#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/tuf_client under the attacks that TUF's conformance suite knows, one by one: keys
and thresholds, rotations, rollbacks and how to recover from them, expiry, mixed and
altered metadata, delegations.  Each with digests of metadata and without.
"""
import json
import sys

from tuf_client import KEYS, expiry, run_tests

DAY = 86400


# --- Root: who signs ---------------------------------------------------------------------

# What: versions of the root as (keys, threshold, signers), and whether the last is taken.
ROTATIONS = {
    "one key for another": ([([1], 1, [1]), ([2], 1, [2, 1]), ([2], 1, [2])], True),
    "signatures that nobody needs": (
        [([1], 1, [3, 1, 4]), ([2], 1, [3, 2, 1, 4]), ([2], 1, [3, 2, 4])], True),
    "3 of 5, others each time": (
        [([0, 1, 2, 3, 4], 3, signers) for signers in
         ([0, 2, 4], [0, 4, 1], [0, 1, 3], [0, 1, 3])], True),
    "3 of 5, one key for another": (
        [([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 4, 1])], True),
    "3 of 5, one key in two steps": (
        [([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 2, 4, 5]),
         ([0, 1, 3, 4, 5], 3, [0, 4, 5])], True),
    "3 of 5, all keys": (
        [([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]),
         ([5, 6, 7, 8, 9], 3, [5, 6, 7])], True),
    "a threshold goes up": ([([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [1, 2])], True),
    "a threshold goes down": (
        [([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1, 2]), ([1, 2, 3], 1, [1])], True),
    "a second key": ([([1], 1, [1]), ([1, 2], 2, [1, 2])], True),
    "not by the old key": ([([1], 1, [1]), ([2], 1, [2, 3, 4])], False),
    "not by the new key": ([([1], 1, [1]), ([2], 1, [1, 3, 4])], False),
    "not by enough new keys": (
        [([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 2, 4])], False),
    "not by enough old keys": (
        [([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 4, 5])], False),
    "too few for the new threshold": ([([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [2])], False),
    "too few for the old threshold": (
        [([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1])], False),
    "one signer twice": ([([1, 2], 2, [1, 2]), ([1, 2], 2, [1, 1])], False),
}


def roots_are_followed_as_far_as_they_are_signed(w):
    for what, (versions, is_good) in ROTATIONS.items():
        for number, (keys, threshold, signers) in enumerate(versions, 1):
            w.repo.held["root"] = list(map(str, keys))
            w.repo.signers["root"] = list(map(str, signers))
            w.repo.threshold["root"] = threshold
            w.repo.signed["root"]["version"] = number
            w.repo.publish("root")
        for file in w.metadata.iterdir():
            file.unlink()
        first = w.metadata.parent / "first.json"
        first.write_bytes(w.repo.files["/metadata/1.root.json"])
        w.run("init", first)
        w.refresh(expect=0 if is_good else 1)
        last = len(versions) if is_good else len(versions) - 1
        kept = (w.metadata / "root.json").read_bytes()
        assert kept == w.repo.files[f"/metadata/{last}.root.json"], what
        for number in range(len(versions)):
            del w.repo.files[f"/metadata/{number + 1}.root.json"]


# What: (keys, threshold, signers) of each other role, and whether it is taken.
SIGNERS = {
    "another key": (([2], 1, [2]), True),
    "signatures that nobody needs": (([1], 1, [3, 1, 4]), True),
    "the old key": (([2], 1, [1, 3, 4]), False),
    "one wrong key of three": (([0, 1, 3, 4, 5], 3, [0, 2, 4]), False),
    "two of three": (([0, 1, 3, 4, 5], 3, [0, 4]), False),
    "one twice": (([0, 1, 3], 3, [0, 1, 1]), False),
    "0 2 4": (([0, 1, 2, 3, 4], 3, [0, 2, 4]), True),
    "0 4 1": (([0, 1, 2, 3, 4], 3, [0, 4, 1]), True),
    "0 1 3": (([0, 1, 2, 3, 4], 3, [0, 1, 3]), True),
    "1 2 3": (([0, 1, 2, 3, 4], 3, [1, 2, 3]), True),
    "2 3 4": (([0, 1, 2, 3, 4], 3, [2, 3, 4]), True),
}


def other_roles_are_taken_when_enough_of_their_keys_sign(w):
    for what, ((keys, threshold, signers), is_good) in SIGNERS.items():
        for role in ("timestamp", "snapshot", "targets"):
            saved = {n: dict(getattr(w.repo, n)) for n in ("held", "signers", "threshold")}
            w.repo.held[role] = list(map(str, keys))
            w.repo.signers[role] = list(map(str, signers))
            w.repo.threshold[role] = threshold
            w.repo.next_root()
            w.repo.update("targets")
            w.refresh(expect=0 if is_good else 1)
            taken = w.version(role) == w.repo.signed[role]["version"]
            assert taken == is_good, f"{role}: {what}"
            for name, value in saved.items():
                setattr(w.repo, name, value)
            w.repo.next_root()
            w.repo.update("targets")
            w.refresh()


def a_first_root_that_is_not_good_is_not_followed(w):
    good = json.loads(w.repo.files["/metadata/1.root.json"])

    def spoilt(spoil):
        root = json.loads(json.dumps(good))
        spoil(root)
        return root

    bad = [spoilt(lambda r: r["signed"].pop("version")),
           spoilt(lambda r: r["signed"].update(_type="targets")),
           spoilt(lambda r: r["signatures"][0].update(sig="00" * 64)),
           spoilt(lambda r: r["signatures"][0].update(sig="zz")),
           spoilt(lambda r: r["signatures"].clear()),
           spoilt(lambda r: r["signed"]["roles"].pop("snapshot")),
           spoilt(lambda r: r["signed"]["roles"]["root"].update(threshold=0))]
    for root in bad:
        (w.metadata / "root.json").write_text(json.dumps(root))
        w.refresh(expect=1)
        assert w.asked() == [], root
    (w.metadata / "root.json").write_text(json.dumps(good))
    w.refresh()


def a_threshold_is_of_keys_that_signed_not_of_keys_that_are_named(w):
    w.refresh()
    w.repo.held["snapshot"] = ["snapshot", "0", "1", "2"]
    w.repo.threshold["snapshot"] = 3
    w.repo.next_root()
    w.repo.update("targets")
    w.refresh()
    version = w.version("snapshot")
    w.repo.threshold["snapshot"] = 5  # more than there are keys
    w.repo.next_root()
    w.repo.update()
    w.refresh(expect=1)
    # A fifth key that has a name and nothing else.
    w.repo.finish_root = lambda root: root["roles"]["snapshot"]["keyids"].append("f" * 64)
    w.repo.next_root()
    w.refresh(expect=1)
    assert w.version("snapshot") == version
    assert w.version("root") == w.repo.signed["root"]["version"]


def one_key_under_many_names_counts_once(w):
    w.refresh()

    def many(root):
        for i in range(9):
            root["keys"][f"{i:064x}"] = dict(KEYS["snapshot"].json)
            root["roles"]["snapshot"]["keyids"].append(f"{i:064x}")
        root["roles"]["snapshot"]["threshold"] = 6

    w.repo.finish_root = many
    w.repo.next_root()
    w.repo.update()
    text = json.loads(w.repo.text("snapshot"))
    text["signatures"] += [{"keyid": f"{i:064x}", "sig": text["signatures"][0]["sig"]}
                           for i in range(9)]
    name = f"/metadata/{w.repo.signed['snapshot']['version']}.snapshot.json"
    w.repo.files[name] = json.dumps(text).encode()
    if w.repo.has_hashes:
        w.repo.signed["timestamp"]["meta"] = {
            "snapshot.json": w.repo.pin("snapshot", w.repo.files[name])}
        w.repo.put("timestamp", "timestamp.json")
    w.refresh(expect=1)
    assert w.version("snapshot") == 1


def members_and_keys_that_are_not_known_do_no_harm(w):
    w.refresh()

    def add(root):
        root["custom-field"] = "value"
        root["roles"]["root"]["another-field"] = [1, {"a": None}]
        root["keys"][KEYS["root"].id] = KEYS["root"].json | {
            "keyid_hash_algorithms": ["md5"], "extra": {"b": 2}}
        root["keys"]["e" * 64] = {"keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256",
                                  "keyval": {"public": "-----BEGIN PUBLIC KEY-----\n"}}
        root["roles"]["snapshot"]["keyids"].append("e" * 64)

    w.repo.finish_root = add
    w.repo.next_root()
    w.repo.update("targets")
    w.refresh()
    assert w.version("root") == 2 and w.version("snapshot") == 2


# --- Back and forth in time ----------------------------------------------------------------

def an_older_snapshot_under_the_same_timestamp_is_not_asked_for(w):
    w.repo.update()
    w.refresh()
    w.repo.signed["snapshot"]["version"] = 1
    w.repo.publish("snapshot")
    w.refresh()
    assert w.version("snapshot") == 2 and w.asked()[-1] == "timestamp"


def a_timestamp_that_changes_under_its_version_is_not_taken(w):
    w.refresh()
    before = (w.metadata / "timestamp.json").read_bytes()
    w.repo.signed["timestamp"]["meta"]["snapshot.json"]["version"] = 100
    w.repo.put("timestamp", "timestamp.json")
    w.refresh()
    assert (w.metadata / "timestamp.json").read_bytes() == before


def recover(w, role, rotated):
    """A thief drove the versions of a role up; new keys bring them down."""
    w.repo.signed[role]["version"] = 99999
    tops = ("targets", "snapshot", "timestamp")
    w.repo.publish(*tops)
    w.refresh()
    assert w.version(role) == 99999
    for each in rotated:
        w.repo.keys[each] = "new" if each == rotated[0] else "A"
    w.repo.next_root()
    w.repo.signed[role]["version"] = 1
    for each in tops[tops.index(role) + 1:]:
        w.repo.signed[each]["version"] += 1
    w.repo.publish(*tops)
    w.refresh()
    assert w.version(role) == 1


def targets_recover_with_new_keys_of_the_snapshot(w):
    recover(w, "targets", ["snapshot"])


def snapshot_recovers_with_new_keys_of_snapshot_and_timestamp(w):
    recover(w, "snapshot", ["snapshot", "timestamp"])


def timestamp_recovers_with_new_keys_of_its_own(w):
    recover(w, "timestamp", ["timestamp"])


def nothing_recovers_without_new_keys(w):
    for role in ("targets", "snapshot", "timestamp"):
        w.repo.signed[role]["version"] += 50
        w.repo.publish("targets", "snapshot", "timestamp")
    w.repo.signed["timestamp"]["version"] += 1
    w.repo.publish("timestamp")
    w.refresh()
    high = w.version("snapshot")
    w.repo.signed["snapshot"]["version"] = 2
    w.repo.signed["timestamp"]["version"] += 1
    w.repo.publish("snapshot", "timestamp")
    w.refresh(expect=1)
    assert w.version("snapshot") == high


def other_bytes_than_the_snapshot_pins_are_refused(w):
    w.refresh()
    w.repo.update("targets")
    w.repo.signed["targets"]["targets"]["evil"] = {"length": 1,
                                                   "hashes": {"sha256": "0" * 64}}
    if not w.repo.has_hashes:  # the signature and the version have to do
        w.repo.signed["targets"]["version"] = 3
    w.repo.put("targets", "2.targets.json")
    w.refresh(expect=1)
    assert w.version("targets") == 1


# --- Expiry -----------------------------------------------------------------------------------

def an_expired_root_is_kept_and_nothing_after_it_is_asked_for(w):
    w.refresh()
    w.repo.next_root()
    w.refresh()
    w.repo.signed["root"]["expires"] = expiry(-DAY)
    w.repo.next_root()
    w.repo.update("targets")
    w.refresh(expect=1)
    w.has(root=3, timestamp=1, snapshot=1, targets=1)
    assert w.asked() == ["3.root", "4.root"], w.asked()
    w.repo.signed["root"]["expires"] = expiry(10**6)
    w.repo.next_root()
    w.refresh()


def expired_metadata_that_is_stored_helps_to_get_later_metadata(w):
    w.repo.signed["timestamp"]["expires"] = expiry(7 * DAY)
    for role in ("root", "targets", "snapshot"):
        w.repo.signed[role]["expires"] = expiry(30 * DAY)
    w.repo.publish("root", "targets", "snapshot", "timestamp")
    w.run("init", write(w, "/metadata/1.root.json"))
    w.refresh()
    w.later(18)
    w.refresh(expect=1)
    w.repo.signed["timestamp"]["expires"] = expiry(21 * DAY)
    w.repo.update("targets")
    w.refresh()
    w.has(root=1, timestamp=2, snapshot=2, targets=2)
    w.later(22)
    w.refresh(expect=1)


def write(w, path):
    """A file of what the server has."""
    place = w.metadata.parent / "file.json"
    place.write_bytes(w.repo.files[path])
    return place


def delegate(w, expires):
    """A role that has two files, and is good for so many days."""
    for role in ("root", "targets", "snapshot", "timestamp"):
        w.repo.signed[role]["expires"] = expiry(30 * DAY)
    w.repo.delegate("targets", "A", "A", paths=["of-a/*"])
    w.repo.signed["A"]["expires"] = expiry(expires * DAY)
    w.repo.add("A", "of-a/first", b"first")
    w.repo.add("A", "of-a/second", b"second")
    w.repo.publish_all()
    w.run("init", write(w, "/metadata/1.root.json"))


def a_delegated_role_that_has_expired_is_not_used(w):
    delegate(w, -1)
    w.refresh()
    w.download("of-a/first", expect=1)
    assert w.got() == [] and w.version("A") is None


def a_delegated_role_that_expires_later_is_not_used_then(w):
    delegate(w, 7)
    w.download("of-a/first")
    w.later(18)
    w.download("of-a/second", expect=1)
    assert w.got() == [b"first"]
    w.repo.signed["A"]["expires"] = expiry(21 * DAY)
    w.repo.update("A")
    w.download("of-a/second")
    assert w.got() == [b"first", b"second"]


# --- Delegations ------------------------------------------------------------------------------

# What: (delegator, role, terminating, paths)..., and who is asked for a target that nobody
# has, in this order.
GRAPHS = {
    "one": (["targets A"], "A"),
    "two": (["targets A", "targets B"], "A B"),
    "two levels": (["targets A", "targets B", "B C"], "A B C"),
    "depth first": (["targets A", "targets B", "A C", "A D"], "A C D B"),
    "three levels": (["targets A", "targets B", "A C", "C D"], "A C D B"),
    "terminating": (["targets A", "targets B", "A C !", "A D"], "A C"),
    "terminating, with a role below": (["targets A", "targets B", "A C !", "C D"],
                                       "A C D"),
    "not for this path": (["targets A *.py", "targets B", "A C"], "B"),
    "not for this path, below": (["targets A", "targets B", "A C *.py", "C D"], "A B"),
    "a circle": (["targets A", "targets B", "B C", "C D", "D B"], "A B C D"),
    "two ways to one": (["targets A", "targets B", "B C", "A C"], "A C B"),
    "two ways, one of them for this path": (
        ["targets A", "targets B", "B C", "A C *.py"], "A B C"),
}


def delegations_are_gone_through_in_order(w):
    for what, (edges, order) in GRAPHS.items():
        for role in "ABCD":
            w.repo.signed.pop(role, None)
            w.repo.keys.pop(role, None)
            (w.metadata / f"{role}.json").unlink(missing_ok=True)
        w.repo.signed["targets"].pop("delegations", None)
        for edge in edges:
            by, role, *more = edge.split()
            w.repo.delegate(by, role, role, is_terminating="!" in more,
                            paths=[m for m in more if m != "!"] or ["*"])
        for role in "ABCD":
            if role in w.repo.signed:
                w.repo.publish(role)
        if what != next(iter(GRAPHS)):
            # What has gone from the snapshot may be a rollback: keys of its own.
            w.repo.keys["snapshot"] = w.repo.keys["timestamp"] = f"{len(what) % 10}"
            w.repo.next_root()
        w.repo.update("targets")
        w.refresh()
        w.download("missingpath", expect=1)
        asked = [name for name in w.asked() if name.startswith("1.")]
        assert asked == [f"1.{role}" for role in order.split()], f"{what}: {asked}"


def targets_are_found_where_all_roles_on_the_way_allow_it(w):
    w.repo.delegate("targets", "A", "A", paths=["*.doc", "*.md"])
    w.repo.delegate("targets", "B", "B", paths=["releases/*/*"])
    w.repo.delegate("B", "C", "C", paths=["releases/x/*"])
    w.repo.delegate("B", "D", "D", paths=["releases/y/*.zip"])
    for role, path in [("targets", "targetfile"), ("A", "README.md"),
                       ("C", "releases/x/x_v1"), ("D", "releases/y/y_v1.zip"),
                       ("D", "releases/z/z_v1.zip")]:
        w.repo.add(role, path, path.encode())
    w.repo.publish_all()
    for path, order, is_found in [
            ("targetfile", "", True), ("README.md", "A", True),
            ("releases/x/x_v1", "B C", True), ("releases/y/y_v1.zip", "B D", True),
            ("releases/z/z_v1.zip", "B", False)]:
        for role in "ABCD":
            (w.metadata / f"{role}.json").unlink(missing_ok=True)
        w.download(path, expect=0 if is_found else 1)
        asked = [name for name in w.asked() if name[2:] in "ABCD"]
        assert asked == [f"1.{role}" for role in order.split()], f"{path}: {asked}"
        assert (path.encode() in w.got()) == is_found


def a_target_that_changes_ten_times_is_followed_and_never_what_replaces_it(w):
    for i in range(10):
        w.repo.add("targets", "target", f"content {i}".encode())
        w.repo.add("targets", f"new-{i}", f"new content {i}".encode())
        w.repo.update("targets")
        w.download("target")
        w.download(f"new-{i}")
        assert f"content {i}".encode() in w.got() and len(w.got()) == i + 2
        w.repo.files[w.repo.artifacts["target"]] = f"malicious {i}".encode()
        w.repo.update("targets")
        w.download("target")
        assert f"content {i}".encode() in w.got() and len(w.got()) == i + 2


if __name__ == "__main__":
    sys.exit(run_tests(list(globals().values())))
