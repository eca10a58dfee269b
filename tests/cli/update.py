#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The client against repositories that are good, bad and worse, as files.

Each test has a repository and a folder of its own; its name says what must hold.
"""
import fcntl
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from update_sample import (Repository, compile_release, os, some_rules, vitrine)

RULES = some_rules(150)
DATABASES = {}  # release: path; made once


def database(work, release, name="sample"):
    """Release N has the rules and one of its own."""
    if (release, name) not in DATABASES:
        DATABASES[release, name] = compile_release(
            work, release, RULES + some_rules(1, f"new{release}"), name)
    return DATABASES[release, name]


class World:
    def __init__(self, work, place):
        self.work = work
        self.repo = Repository(place / "repo")
        self.dir = place / "endpoint"
        self.url = f"file://{place}/repo"
        self.root = place / "repo/metadata/1.root.json"

    def publish(self, *releases, **options):
        for release in releases:
            self.repo.publish(database(self.work, release), **options)

    def update(self, *arguments, expect=0, url=None):
        urls = [word for each in [url or self.url] for word in ("--url", each)]
        run = vitrine("update", *urls, "--dir", self.dir, "--root", self.root, "--json",
                      *arguments, expect=expect)
        self.said = run.stderr
        return json.loads(run.stdout) if expect == 0 else None

    def refuse(self, words, expect=1):
        """An update that is refused leaves the database as it is."""
        before = self.installed()
        self.update(expect=expect)
        assert words in self.said, f"'{words}' is not in: {self.said}"
        assert self.installed() == before

    def status(self, expect=0):
        return json.loads(vitrine("status", "--dir", self.dir, "--json",
                                  expect=expect).stdout)

    @property
    def path(self):
        return self.dir / "sample.vdb"

    def installed(self):
        return self.path.read_bytes() if self.path.exists() else None

    def has(self, release):
        wanted = database(self.work, release).read_bytes()
        assert self.installed() == wanted, f"it is not release {release}"

    def falls_back_to(self, release):
        """Both ways over deltas fail, and the database is fetched whole."""
        said = self.update()
        assert (said["outcome"], said["failed_deltas"]) == ("database", 2), said
        self.has(release)


# --- What must work ---------------------------------------------------------------------

def a_new_folder_gets_the_whole_database_and_then_deltas(w):
    w.publish(1)
    assert w.update()["outcome"] == "database"
    w.has(1)
    w.publish(2, 3)
    said = w.update()
    assert (said["outcome"], said["deltas"], said["from_release"]) == ("deltas", 2, 1)
    w.has(3)
    assert said["fetched_bytes"] < said["database_bytes"]
    assert w.update()["outcome"] == "current"
    assert w.status()["saved_bytes"] > 0


def far_behind_the_deltas_of_several_releases_are_taken(w):
    w.publish(1)
    w.update()
    w.publish(*range(2, 9))
    assert w.update()["deltas"] == 3  # 8 from 4, 4 from 2, 2 from 1
    w.has(8)


def deltas_that_cost_more_than_the_database_are_not_taken(w):
    w.publish(1)
    w.update()
    for release, seed in (2, "other"), (3, "another"):
        other = compile_release(w.repo.folder, release, some_rules(150, seed))
        w.repo.publish(other)
    said = w.update()
    assert (said["outcome"], said["failed_deltas"]) == ("database", 0)
    assert w.installed() == other.read_bytes()


def the_previous_database_comes_back_and_the_bad_one_stays_away(w):
    w.publish(1)
    w.update()
    w.publish(2)
    w.update()
    vitrine("update", "--dir", w.dir, "--rollback")
    w.has(1)
    assert w.update()["outcome"] == "held"
    w.has(1)
    assert w.status()["is_held"]
    w.publish(3)
    w.update()
    w.has(3)
    assert not w.status()["is_held"]


def a_second_roll_back_goes_forward_again(w):
    w.publish(1)
    w.update()
    w.publish(2)
    w.update()
    for now, held in (1, 2), (2, 1):
        run = vitrine("update", "--dir", w.dir, "--rollback")
        assert run.stdout == f"sample: release {now} is back, release {held} is held back\n"
        w.has(now)


def nothing_to_roll_back_to_is_said(w):
    w.publish(1)
    w.update()
    assert "no previous" in vitrine("update", "--dir", w.dir, "--rollback",
                                    expect=2).stderr
    w.has(1)


def a_damaged_previous_database_does_not_come_back(w):
    w.publish(1)
    w.update()
    w.publish(2)
    w.update()
    previous = w.dir / "sample.vdb.previous"
    data = bytearray(previous.read_bytes())
    data[-1] ^= 1
    previous.unlink()
    previous.write_bytes(data)
    assert "is damaged" in vitrine("update", "--dir", w.dir, "--rollback",
                                   expect=2).stderr
    w.has(2)
    assert not w.status()["is_held"]


def a_damaged_database_is_replaced(w):
    w.publish(1)
    w.update()
    data = bytearray(w.installed())
    data[len(data) // 2] ^= 1
    w.path.write_bytes(data)
    assert w.status(expect=2)["has_database"] is False
    said = w.update()
    assert said["outcome"] == "database" and said["replaced_damaged"] is True
    w.has(1)
    assert w.update()["replaced_damaged"] is False
    for rest in (data[:100], b""):
        w.path.write_bytes(rest)
        said = vitrine("update", "--url", w.url, "--dir", w.dir).stdout
        assert said.endswith(" bytes fetched, in place of a damaged database\n"), said
        w.has(1)
    w.publish(2)
    assert "damaged" not in vitrine("update", "--url", w.url, "--dir", w.dir).stdout


def a_database_with_another_origin_is_replaced_whole(w):
    w.publish(2)
    w.update()
    w.path.write_bytes(database(w.work, 1).read_bytes())
    w.publish(3)
    w.update()
    w.has(3)


def one_of_several_databases_is_named(w):
    w.publish(1)
    first = w.repo.targets
    w.repo.releases, w.repo.lists = [], []
    w.repo.publish(database(w.work, 1, "another"))
    w.repo.targets |= first
    w.repo.write_targets()
    w.refuse("several databases", expect=2)
    assert w.update("--database", "another")["database"] == "another"
    assert (w.dir / "another.vdb").exists()
    w.update("--database", "none", expect=2)
    assert w.update()["database"] == "another"


def a_second_database_is_nothing_to_those_who_follow_the_first(w):
    w.publish(1)
    w.update()
    w.publish(2)
    both = dict(w.repo.targets)
    w.repo.releases, w.repo.lists = [], []
    w.repo.publish(database(w.work, 1, "another"))
    w.repo.targets |= both
    w.repo.write_targets()
    w.update()
    w.has(2)
    assert w.update()["outcome"] == "current"
    assert not (w.dir / "another.vdb").exists()
    w.update("--database", "another")
    w.update("--database", "sample")
    assert w.update()["database"] == "sample"
    w.repo.targets = {k: v for k, v in w.repo.targets.items() if k not in both}
    w.repo.write_targets()
    w.refuse("the repository has no database 'sample'", expect=2)


def deltas_must_be_signed_by_a_key_that_is_asked_for(w):
    vitrine("key", "generate", "--no-password", w.repo.folder / "k")
    w.publish(1)
    w.update()
    w.publish(2)
    said = w.update("--trust", w.repo.folder / "k.pub")
    assert (said["outcome"], said["failed_deltas"]) == ("database", 2), said
    w.has(2)


def keys_are_rotated(w):
    w.publish(1)
    w.update()
    w.repo.roles["root"] = (["root2", "root3"], 2)
    w.repo.write_root(["root1", "root2", "root3"])
    w.repo.signers["root"] = ["root2", "root3"]
    w.repo.roles["timestamp"] = (["other"], 1)
    w.repo.signers["timestamp"] = ["other"]
    w.repo.write_root()
    w.publish(2)
    w.update()
    w.has(2)
    stored = json.loads((w.dir / "metadata/root.json").read_text())
    assert stored["signed"]["version"] == 3


def versions_that_a_thief_drove_up_come_down_with_new_keys(w):
    w.publish(1)
    w.repo.version["timestamp"] = w.repo.version["snapshot"] = 10**6
    w.repo.write_snapshot()
    w.update()
    w.repo.version["timestamp"] = w.repo.version["snapshot"] = 10
    w.repo.write_snapshot()
    w.refuse("version")
    for role in ["snapshot", "timestamp"]:
        w.repo.keys[f"new {role}"] = type(w.repo.keys["other"])(f"new {role}")
        w.repo.roles[role] = ([f"new {role}"], 1)
        w.repo.signers[role] = [f"new {role}"]
    w.repo.write_root()
    w.publish(2)
    w.update()
    w.has(2)


def damaged_files_of_the_folder_are_replaced(w):
    w.publish(1)
    w.update()
    for name in ["root.json", "timestamp.json", "snapshot.json", "targets.json"]:
        for spoil in [lambda data: b"", lambda data: data[:-3], lambda data: b"{" + data]:
            path = w.dir / "metadata" / name
            path.write_bytes(spoil(path.read_bytes()))
            w.update()
    (w.dir / "state").write_bytes(b"release x\n" + bytes(range(256)) * 9)
    w.update()
    w.has(1)
    assert w.status()["failures"] == 0


def a_damaged_root_is_said_to_be_the_folders_own(w):
    w.publish(1)
    w.update()
    (w.dir / "metadata/root.json").write_bytes(b"{")
    run = vitrine("update", "--url", w.url, "--dir", w.dir, expect=2)
    assert f"the trusted root of '{w.dir}' is damaged" in run.stderr, run.stderr
    assert "--root" in run.stderr
    w.update()
    w.has(1)


def a_daemon_follows(w):
    w.publish(1)
    with subprocess.Popen([os.environ["VITRINE"], "update", "--daemon", "--interval", "1",
                           "--url", w.url, "--dir", w.dir, "--root", w.root],
                          stdout=subprocess.DEVNULL) as daemon:
        try:
            for release in (1, 2):
                if release == 2:
                    w.publish(2)
                wanted = database(w.work, release).read_bytes()
                for _ in range(200):
                    if w.installed() == wanted:
                        break
                    time.sleep(0.05)
                w.has(release)
        finally:
            daemon.terminate()


def what_an_earlier_update_left_is_gone_on_with(w):
    w.publish(1)
    name = hashlib.sha256(database(w.work, 1).read_bytes()).hexdigest()
    data = database(w.work, 1).read_bytes()
    for part in [data[:1000], data, b"bad" * 100, data + b"more", b""]:
        (w.dir / "partial").mkdir(parents=True, exist_ok=True)
        (w.dir / "partial" / name).write_bytes(part)
        w.path.unlink(missing_ok=True)
        said = w.update()
        w.has(1)
        if part == data[:1000]:
            assert said["fetched_bytes"] < len(data) + 4000
    assert not list((w.dir / "partial").iterdir())


def what_a_killed_update_left_is_removed(w):
    w.publish(1)
    w.update()
    for name in [".sample.vdb.tmp0", ".state.tmp12", "metadata/.root.json.tmp3",
                 ".sample.vdb.tmp1", "..sample.vdb.tmp1.tmp0"]:
        (w.dir / name).write_text("left")
    mine = ["mine.tmp0", ".notes.tmp1", "sub/.sample.vdb.tmp0"]
    (w.dir / "sub").mkdir()
    for name in mine:
        (w.dir / name).write_text("kept")
    for slash in ["", "/"]:
        (w.dir / ".sample.vdb.previous.tmp7").write_text("left")
        vitrine("update", "--url", w.url, "--dir", str(w.dir) + slash)
        left = sorted(str(p.relative_to(w.dir)) for p in w.dir.rglob("*")
                      if ".tmp" in p.name)
        assert left == sorted(mine), left


def a_mirror_that_fails_leaves_its_turn_to_the_next(w):
    w.publish(1)
    bad = w.repo.folder.parent / "bad"
    subprocess.run(["cp", "-r", w.repo.folder, bad], check=True)
    for target in (bad / "targets").glob("*.vdb"):
        target.write_bytes(b"bad")
    said = w.update("--url", w.url, url=f"file://{bad}")
    assert said["outcome"] == "database"
    w.has(1)
    w.publish(2)
    w.update("--url", w.url, url="file:///nowhere/at/all")
    w.has(2)


def a_scheduled_update_waits_after_a_failure_and_another_does_not(w):
    w.publish(1)
    w.update()
    (w.repo.folder / "metadata/timestamp.json").rename(w.repo.folder / "away")
    w.update(expect=2)
    state = w.status(expect=1)
    assert state["failures"] == 1 and "timestamp.json" in state["last_error"]
    (w.repo.folder / "away").rename(w.repo.folder / "metadata/timestamp.json")
    assert w.update("--scheduled")["outcome"] == "waiting"
    assert w.update()["outcome"] == "current"
    assert w.update("--scheduled")["outcome"] == "current"
    assert w.status()["failures"] == 0


def one_update_at_a_time(w):
    w.publish(1)
    w.update()
    with open(w.dir / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        w.refuse("locked", expect=2)
    w.update()


def two_clients_a_scanner_and_a_publisher_at_once_tear_nothing(w):
    w.publish(1)
    w.update()
    command = [os.environ["VITRINE"], "update", "--url", w.url, "--dir", str(w.dir)]
    known = {database(w.work, n).read_bytes() for n in range(1, 7)}
    probe = w.work / "probe"
    # What every release has a rule for: a scanner that sees half a database misses it.
    probe.write_text(hashlib.sha256(b"7").hexdigest())
    scans, is_over = [], threading.Event()

    def scan():
        while not is_over.is_set():
            scans.append(subprocess.run(
                [os.environ["VITRINE"], "scan", w.path, probe], capture_output=True,
                text=True, check=False))

    scanner = threading.Thread(target=scan)
    scanner.start()
    try:
        for release in range(2, 7):
            running = [subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL) for _ in range(2)]
            w.publish(release)
            while any(client.poll() is None for client in running):
                assert w.installed() in known
            # The one that did not get the lock says 2; both may have met a publisher
            # between two of its files, which nothing but their order hides.
            assert all(client.returncode in (0, 2) for client in running)
    finally:
        is_over.set()
        scanner.join()
    assert len(scans) > 3
    for run in scans:
        assert (run.returncode, run.stdout.split()[:1]) == (1, ["r7"]), run
    w.update()
    w.has(6)


def delegations_are_not_followed(w):
    """A repository of databases has none: what a delegated role offers is not seen."""
    w.publish(1)
    w.update()
    w.publish(2)
    key = w.repo.keys["other"]
    offered, w.repo.targets = w.repo.targets, {}
    w.repo.delegations = {"delegations": {"keys": {key.id: key.json}, "roles": [
        {"name": "more", "keyids": [key.id], "threshold": 1, "terminating": False,
         "paths": ["*"]}]}}
    w.repo.signers["more"] = ["other"]
    signed = w.repo.head("targets") | {"version": 1, "targets": offered}
    w.repo.write("metadata/1.more.json", w.repo.sign("more", signed))
    w.repo.write_targets()
    w.refuse("no database", expect=2)
    w.repo.targets = offered
    w.repo.write_targets()
    w.update()
    w.has(2)


# --- What must be refused -----------------------------------------------------------------

def without_a_root_nothing_is_believed(w):
    w.publish(1)
    run = vitrine("update", "--url", w.url, "--dir", w.dir, expect=2)
    assert "no trusted root" in run.stderr


def a_given_root_that_is_none_is_said_to_be_the_given_one(w):
    w.publish(1)
    w.root = w.work / "none.json"
    w.root.write_text("garbage")
    w.refuse("the root that is given: root metadata is not JSON")


def a_wrong_first_root_is_not_in_the_way_of_the_right_one(w):
    w.publish(1)
    other = Repository(w.repo.folder.parent / "other")
    other.keys = {n: type(k)("theirs " + n) for n, k in other.keys.items()}
    other.write_root()
    right, w.root = w.root, other.folder / "metadata/2.root.json"
    w.refuse("of another repository")
    run = vitrine("status", "--dir", w.dir, expect=2)
    assert run.stdout.startswith("database      none yet\n"), run.stdout
    w.root = right
    w.update()
    w.has(1)


def a_root_that_is_given_later_changes_nothing(w):
    w.publish(1)
    w.update()
    other = Repository(w.repo.folder.parent / "other")
    other.keys = {n: type(k)("theirs " + n) for n, k in other.keys.items()}
    other.write_root()
    other.publish(database(w.work, 2))
    w.root = other.folder / "metadata/2.root.json"
    w.url = f"file://{other.folder}"
    w.refuse("signatures of")


def too_few_signatures_are_refused(w):
    w.publish(1)
    w.update()
    w.repo.signers["targets"] = ["vendor", "vendor"]
    w.publish(2)
    w.refuse("")
    w.repo.signers["targets"] = ["vendor", "other"]
    w.publish(3)
    w.refuse("signatures of")
    w.repo.signers["targets"] = ["auditor", "buyer"]
    w.publish(4)
    w.update()
    w.has(4)


def older_metadata_is_refused(w):
    w.publish(1)
    metadata = w.repo.folder / "metadata"
    old = (metadata / "timestamp.json").read_bytes()
    w.publish(2)
    w.update()
    new = (metadata / "timestamp.json").read_bytes()
    (metadata / "timestamp.json").write_bytes(old)
    w.refuse("version")
    (metadata / "timestamp.json").write_bytes(new)
    w.repo.write_timestamp(snapshot_version=1)
    w.refuse("")
    w.repo.write_snapshot(targets_version=1)
    w.refuse("")


def an_older_release_is_refused_however_well_signed(w):
    w.publish(2)
    w.update()
    w.publish(1, has_deltas=False)
    w.refuse("release 1, after release 2")


def a_frozen_repository_is_refused(w):
    w.publish(1)
    w.update()
    for role in ["timestamp", "snapshot", "targets"]:
        life = w.repo.life[role]
        w.repo.life[role] = -10
        w.repo.write_targets()
        w.refuse("expired")
        assert w.status(expect=1)["failures"] > 0
        w.repo.life[role] = life
    w.repo.write_targets()
    w.update()
    w.repo.life["root"] = -10
    w.repo.write_root()
    w.refuse("expired")


def parts_of_different_releases_are_refused(w):
    w.publish(1)
    w.update()
    w.publish(2)
    metadata = w.repo.folder / "metadata"
    (metadata / "2.snapshot.json").write_bytes((metadata / "1.snapshot.json").read_bytes())
    w.refuse("")
    w.publish(3)
    (metadata / "3.targets.json").write_bytes((metadata / "1.targets.json").read_bytes())
    w.refuse("")


def endless_data_is_refused(w):
    w.publish(1)
    w.update()
    w.publish(2)
    metadata = w.repo.folder / "metadata"
    for name in ["2.targets.json", "2.snapshot.json", "timestamp.json", "2.root.json"]:
        with open(metadata / name, "ab") as file:
            file.truncate(50_000_000)
        w.refuse("")


def a_root_out_of_turn_is_refused(w):
    w.publish(1)
    w.update()
    w.repo.version["root"] = 2
    data = w.repo.write_root()
    (w.repo.folder / "metadata/2.root.json").write_bytes(data)
    w.refuse("version")


def a_bad_delta_means_the_whole_database(w):
    w.publish(1)
    w.update()
    for release, spoil in [(2, lambda data: b""), (3, lambda data: data[:-1] + b"?"),
                           (4, lambda data: data * 2)]:
        w.publish(release)
        for name in w.repo.targets:
            if name.endswith(".vdelta"):
                path = w.repo.path_of(name)
                path.write_bytes(spoil(path.read_bytes()))
        w.falls_back_to(release)


def a_delta_that_leads_elsewhere_means_the_whole_database(w):
    w.publish(1)
    w.update()
    w.publish(2)
    name = next(n for n in w.repo.targets if n.endswith(".vdelta"))
    wrong = w.work / "wrong.vdelta"
    vitrine("delta", "create", database(w.work, 1), database(w.work, 3), "-o", wrong,
            "--unsigned")
    custom = w.repo.targets[name]["custom"]["vitrine"]
    w.repo.targets[name] = w.repo.add_target(name, wrong.read_bytes(), custom)
    w.repo.write_targets()
    w.falls_back_to(2)


def a_history_that_is_not_what_its_digest_says_means_the_whole_database(w):
    w.publish(1)
    w.update()
    w.publish(2, 3)
    for path in (w.repo.folder / "targets").glob("*.history.json"):
        path.write_bytes(path.read_bytes().replace(b"sample", b"simple"))
    w.falls_back_to(3)


def a_history_without_the_database_means_the_whole_database(w):
    w.publish(1)
    w.update()
    w.publish(2)
    w.repo.lists[1] = {}
    w.publish(3)
    w.falls_back_to(3)


def a_delta_of_a_later_format_means_the_whole_database(w):
    w.publish(1)
    w.update()
    w.publish(2)
    name = next(n for n in w.repo.targets if n.endswith(".vdelta"))
    delta = bytearray(w.repo.path_of(name).read_bytes())
    delta[8:12] = (99).to_bytes(4, "little")
    custom = w.repo.targets[name]["custom"]["vitrine"]
    w.repo.targets[name] = w.repo.add_target(name, bytes(delta), custom)
    w.repo.write_targets()
    w.falls_back_to(2)


def a_bad_database_is_refused(w):
    w.publish(1)
    path = w.repo.path_of("sample-1.vdb")
    good = path.read_bytes()
    for bad in [b"", good[:-1], good + b"0", good[:-1] + b"?"]:
        path.write_bytes(bad)
        run = vitrine("update", "--url", w.url, "--dir", w.dir, "--root", w.root,
                      "--timeout", 2, expect=2 if len(bad) < len(good) else 1)
        assert run.stderr and not w.path.exists()
    path.write_bytes(good)
    w.update()
    w.has(1)


def a_database_that_is_not_what_was_approved_is_refused(w):
    w.publish(1)
    w.update()
    for key, value in [("release", 9), ("database", "simple"), ("digest", "0" * 64),
                       ("database", "../up"), ("database", ".hidden")]:
        w.publish(2)
        name = "sample-2.vdb"
        custom = w.repo.targets[name]["custom"]["vitrine"]
        w.repo.targets = {name: w.repo.add_target(
            name, database(w.work, 2).read_bytes(), custom | {key: value})}
        w.repo.write_targets()
        if value == "simple":
            w.refuse("the repository has no database 'sample'", expect=2)
            (w.dir / "state").unlink() # which says that it is 'sample' that is followed
        w.refuse("")
    assert {p.name for p in w.dir.iterdir()} == {"lock", "metadata", "partial", "state",
                                                 "sample.vdb"}


def a_database_for_another_version_is_not_taken(w):
    w.publish(1)
    w.update()
    w.publish(2)
    w.repo.targets["sample-2.vdb"]["custom"]["vitrine"]["layout"] += 1
    w.repo.write_targets()
    w.refuse("layout", expect=2)


def a_target_that_is_no_name_is_refused(w):
    w.publish(1)
    w.update()
    w.publish(2)
    w.repo.targets = {"../../sample-2.vdb": w.repo.targets["sample-2.vdb"]}
    w.repo.write_targets()
    w.refuse("not of a repository of this kind")


def a_database_past_the_limit_is_refused(w):
    w.publish(1)
    w.repo.targets["sample-1.vdb"]["length"] = 3 << 20
    w.repo.write_targets()
    w.update("--limit", 2, expect=1)
    assert "more than the limit" in w.said


def times_that_nobody_can_mean_are_refused(w):
    w.publish(1)
    for option in ["--timeout", "--jitter", "--interval"]:
        for seconds in [36500 * 86400 + 1, 2**64 - 1]:
            w.update(option, seconds, expect=2)
            assert f"{option}: more than a hundred years" in w.said, w.said
    w.update("--timeout", 36500 * 86400, "--slow", 2**64 - 1)
    w.has(1)


def a_damaged_state_is_said_and_written_anew(w):
    w.publish(1)
    w.update()
    w.publish(2)
    w.update()
    for damage in (b"", b"\xff" * 40, None):
        (w.dir / "state").unlink()
        if damage is not None:
            (w.dir / "state").write_bytes(damage)
        for words in ["status"], ["update", "--rollback"]:
            run = vitrine(*words, "--dir", w.dir, expect=2)
            assert "state' is missing or damaged: the next update" in run.stderr
        w.has(2)
        assert w.update()["outcome"] == "current"
        assert w.status()["release"] == 2
    vitrine("update", "--dir", w.dir, "--rollback")
    w.has(1)


def addresses_of_other_kinds_are_refused(w):
    for url in ["ftp://localhost/", "sample", "", "gopher://x", "-"]:
        assert vitrine("update", "--url", url, "--dir", w.dir, expect=2).stderr
    vitrine("update", "--dir", w.dir, expect=2)
    vitrine("update", "--url", w.url, expect=2)
    vitrine("status", expect=2)
    vitrine("status", "--dir", w.dir, expect=2)


def main():
    tests = [value for value in globals().values()
             if callable(value) and getattr(value, "__code__", None) and
             value.__code__.co_varnames[:1] == ("w",)]
    wanted = sys.argv[1:]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for test in tests:
            if wanted and test.__name__ not in wanted:
                continue
            place = work / test.__name__
            place.mkdir()
            try:
                test(World(work, place))
            except (AssertionError, OSError, KeyError, StopIteration) as error:
                failures += 1
                print(f"FAILED: {test.__name__}: {error!r}")
    print(f"{len(tests)} tests, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
