#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Power that fails after any call of an update, a roll-back or a publication, on a disk
that keeps no more than it must (tests/cli/disk_model.py).  In each state that is then
possible the database is the old one or the new one, whole, and so is the previous one; and
the next update succeeds.  Nothing is synced twice by an update.  A repository that is being published is whole in each state, and
publishing again succeeds.

VTR_FAULTS=all tries the next update in every state that differs, not in some of them.
"""
import hashlib
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import disk_model
from update_sample import Repository, compile_release, some_rules, vitrine

# A sanitized program cannot look for leaks while it is traced.
os.environ["ASAN_OPTIONS"] = "detect_leaks=0"

SKIPPED = 77
RULES = some_rules(40)
IS_LONG = os.environ.get("VTR_FAULTS") == "all"
STATES = 20000 if IS_LONG else 300      # of one moment
NEXT_RUNS = 10**9 if IS_LONG else 25    # of one story
LARGE_STATES = 4                        # of one moment, for files of many megabytes
LARGE_RUNS = 40 if IS_LONG else 4
LARGE_RULES, LARGE_TEXT = 280, 64_000   # a database past 16 MiB, which is mapped


class Broken(Exception):
    """A state that must not be."""


class Story:
    """Something that is done to a folder, from a state that is sure."""

    def __init__(self, folder, start, command, check, check_end=None):
        self.folder, self.start, self.command = folder, start, command
        self.check = check          # of a state: raises Broken
        self.check_end = check_end  # of a state once the command has succeeded
        self.mapped = b""           # what the command writes to a mapping
        self.states, self.runs = STATES, NEXT_RUNS
        self.idle_syncs = 0         # in the last replay

    def lay_start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.start is not None:
            shutil.copytree(self.start, self.folder)

    def record(self, work):
        self.lay_start()
        run, calls = disk_model.trace(self.command, work / "trace")
        if run.returncode != 0:
            raise AssertionError(f"{self.command}: {run.stderr}")
        return calls

    def replay(self, calls, source, **lies):
        """Each state that differs, once; the worst of them raise Broken."""
        self.lay_start()
        disk = disk_model.Disk(self.folder, mapped=self.mapped, **lies)
        seen, moments, all_tried = {}, 0, True
        for moment in disk_model.play(disk, calls):
            moments += 1
            for state in disk.states(self.states, source):
                digest = disk_model.digest_of(state)
                if digest not in seen:
                    seen[digest] = (moment, state)
                    self.judge(self.check, state, moment)
            all_tried = all_tried and disk.is_exhaustive
        for state in disk.states(self.states, source):
            if self.check_end is not None:
                self.judge(self.check_end, state, "the end")
        self.idle_syncs = disk.idle_syncs
        return moments, list(seen.values()), all_tried

    @staticmethod
    def judge(check, state, moment):
        try:
            check(state)
        except Broken as problem:
            raise Broken(f"after {moment}: {problem}") from None


def rules_release(work, release):
    return compile_release(work, release, RULES + some_rules(1, f"n{release}"))


def large_release(work, release):
    return compile_release(work, release, RULES[:release] + [
        f'rule long{i} {{ meta: text = "{f"{i:04}" * (LARGE_TEXT // 4)}" condition: '
        f'filesize == {i} }}' for i in range(LARGE_RULES)])


class World:
    def __init__(self, work, make_release, releases):
        self.work = work
        self.newest = max(releases)
        self.repo = Repository(work / "repo")
        for release in releases:
            self.repo.publish(make_release(work, release))
            shutil.copytree(work / "repo", work / f"repo-{release}")
        self.data = {n: disk_model.shared((work / f"sample-{n}.vdb").read_bytes())
                     for n in releases}
        self.dir = work / "endpoint"

    def update(self, release=None, to=None):
        release = release or self.newest
        return [os.environ["VITRINE"], "update", "--url",
                f"file://{self.work}/repo-{release}", "--dir", to or self.dir, "--root",
                self.work / "repo/metadata/1.root.json"]

    def at(self, *releases):
        """A folder that has followed these releases; none: no folder."""
        place = self.work / "-".join(["at", *map(str, releases)])
        if releases and not place.exists():
            for release in releases:
                vitrine(*self.update(release, place)[1:])
        return place if releases else None

    def one_of(self, state, name, *releases):
        """A file of a state is one of these databases, or missing where 0 is one."""
        data = state.get(name)
        if data is None and 0 in releases:
            return
        if data is None or disk_model.digest_of_bytes(data) not in [
                disk_model.digest_of_bytes(self.data[n]) for n in releases if n]:
            what = "missing" if data is None else f"{len(data)} other bytes"
            raise Broken(f"{name} is {what}, none of releases {releases}")

    def update_story(self, old, new, releases, previous):
        """From a database `old` (0: none) with those before it to `new`."""
        return Story(
            self.dir, self.at(*releases), self.update(new),
            lambda state: (self.one_of(state, "sample.vdb", old, new),
                           self.one_of(state, "sample.vdb.previous", *previous, old)),
            lambda state: (self.one_of(state, "sample.vdb", new),
                           self.one_of(state, "sample.vdb.previous", old)))

    def then_update(self):
        """The next update, in a state that was laid out."""
        vitrine(*self.update()[1:])
        if (self.dir / "sample.vdb").read_bytes() != self.data[self.newest]:
            raise AssertionError("the next update did nothing")
        left = [p.name for p in self.dir.rglob("*") if ".tmp" in p.name]
        if left or list((self.dir / "partial").iterdir()):
            raise AssertionError(f"{left} is left")


def tell(what, story, calls, source, then):
    """All states of a story, and what comes next in some of them."""
    moments, found, all_tried = story.replay(calls, source)
    chosen = found if len(found) <= story.runs else source.sample(found, story.runs)
    for moment, state in chosen:
        shutil.rmtree(story.folder, ignore_errors=True)
        disk_model.lay_out(state, story.folder)
        try:
            then()
        except AssertionError as error:
            raise AssertionError(f"{what}, power lost after {moment}: {error}; "
                                 f"files: {sorted(state)}") from None
    print(f"{what}: {moments} moments, {len(found)} states that differ"
          f"{'' if all_tried else ' (of some moments only some states)'}, "
          f"{len(chosen)} gone on from")


def must_break(what, story, calls, source, **lies):
    """On a disk that lies the same calls lose the database: the model sees that."""
    try:
        story.replay(calls, source, **lies)
    except Broken:
        return
    raise AssertionError(f"{what}: a disk that does not sync breaks nothing")


def updates(w, source):
    stories = {
        "a new folder": w.update_story(0, 2, [], []),
        "by deltas": w.update_story(1, 3, [1], [0]),
        "by deltas, with a previous one": w.update_story(2, 3, [1, 2], [1]),
    }
    for what, story in stories.items():
        calls = story.record(w.work)
        tell(what, story, calls, source, w.then_update)
        if story.idle_syncs:
            raise AssertionError(f"{what}: {story.idle_syncs} files are synced again")
        must_break(what, story, calls, source, syncs_files=False)
        must_break(what, story, calls, source, syncs_folders=False)


def a_mapped_database(w, source):
    """One that is put together in a mapping of its file."""
    place = w.work / "large"
    place.mkdir()
    w = World(place, large_release, (1, 2))
    story = w.update_story(1, 2, [1], [0])
    story.mapped, story.states, story.runs = w.data[2], LARGE_STATES, LARGE_RUNS
    calls = story.record(w.work)
    if not any(name == "msync" for name, _, _ in calls):
        raise AssertionError("a large database is not written by a mapping")
    tell("a mapped database", story, calls, source, w.then_update)
    if story.idle_syncs:
        raise AssertionError(f"{story.idle_syncs} files are synced again")
    must_break("a mapped database", story, calls, source, syncs_files=False)
    must_break("a mapped database", story, calls, source, syncs_folders=False)


def a_download_that_was_cut(w, source):
    """A part of the database is there, and the rest is brought."""
    start = w.work / "cut"
    shutil.copytree(w.at(1), start)
    (start / "sample.vdb").unlink()
    name = w.repo.path_of("sample-3.vdb").name.split(".")[0]
    (start / "partial").mkdir(exist_ok=True)
    (start / "partial" / name).write_bytes(w.data[3][:5000])
    story = w.update_story(0, 3, [1], [0])
    story.start = start
    story.check_end = lambda state: w.one_of(state, "sample.vdb", 3)
    tell("a cut download", story, story.record(w.work), source, w.then_update)


def back_again(w, source):
    """--rollback: either database, and then forward to the next."""
    both = (1, 2)
    story = Story(w.dir, w.at(1, 2),
                  [os.environ["VITRINE"], "update", "--dir", w.dir, "--rollback"],
                  lambda state: (w.one_of(state, "sample.vdb", *both),
                                 w.one_of(state, "sample.vdb.previous", *both)),
                  lambda state: (w.one_of(state, "sample.vdb", 1),
                                 w.one_of(state, "sample.vdb.previous", 2)))
    tell("rolled back", story, story.record(w.work), source, w.then_update)


def publication(w, source):
    """A publisher: what clients see is whole, and publishing again succeeds."""
    place = w.work / "publisher"
    place.mkdir()
    keys = {name: place / f"{name}.key" for name in ("vendor", "lab", "online")}
    for key in keys.values():
        vitrine("key", "generate", "--no-password", key)
    repo = place / "db"
    vitrine("repo", "init", repo, "-o", place / "root", "--party",
            f"vendor:{keys['vendor']}.pub", "--party", f"lab:{keys['lab']}.pub",
            "--online", f"{keys['online']}.pub", "--threshold", 2)

    def approve(proposal, *options):
        for name in ("vendor", "lab"):
            vitrine("repo", "approve", proposal, "--key", keys[name], *options)
        return [os.environ["VITRINE"], "repo", "publish", repo, proposal, "--key",
                keys["online"]]

    vitrine(*approve(place / "root")[1:])
    for release in (1, 2):
        proposal = place / f"proposal-{release}"
        propose = [os.environ["VITRINE"], "repo", "propose", repo,
                   w.work / f"sample-{release}.vdb", "-o", proposal, "--key",
                   keys["online"]]
        if release == 2:
            shutil.copytree(repo, place / "unproposed")
        vitrine(*propose[1:])
        publish = approve(proposal, "--unseen")
        if release == 1:
            vitrine(*publish[1:])
    shutil.copytree(repo, place / "start")

    def check(_):
        """That a client can follow it takes the program: see `then`."""

    def then():
        vitrine("repo", "check", repo, "--quiet")
        again = subprocess.run(list(map(str, publish)), capture_output=True, text=True,
                               check=False)
        if again.returncode != 0 and "is next" not in again.stderr:
            raise AssertionError(again.stderr)
        vitrine("repo", "check", repo, "--quiet")
        endpoint = place / "endpoint"
        shutil.rmtree(endpoint, ignore_errors=True)
        vitrine("update", "--url", f"file://{repo}", "--dir", endpoint, "--root",
                repo / "metadata/1.root.json")
        if (endpoint / "sample.vdb").read_bytes() != w.data[2]:
            raise AssertionError("a client does not get the release")

    def proposed():
        """What is not published yet is proposed again."""
        vitrine("repo", "check", repo, "--quiet")
        proposal.unlink(missing_ok=True)  # approved ones are not replaced
        vitrine(*propose[1:])
        vitrine(*approve(proposal, "--unseen")[1:])
        then()

    story = Story(repo, place / "start", publish, check)
    tell("published", story, story.record(w.work), source, then)
    proposal.unlink()
    story = Story(repo, place / "unproposed", propose, check)
    tell("proposed", story, story.record(w.work), source, proposed)


def main():
    seed = int(os.environ.get("VTR_SEED", time.time_ns() & 0xffffffff))
    print(f"VTR_SEED={seed}")
    source = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        world = World(pathlib.Path(folder), rules_release, (1, 2, 3))
        if shutil.which("strace") is None or \
                disk_model.trace(["true"], world.work / "trace")[0].returncode:
            print("skipped: no strace here, or it may not trace")
            return SKIPPED
        for story in (updates, a_mapped_database, a_download_that_was_cut, back_again,
                      publication):
            if not sys.argv[1:] or story.__name__ in sys.argv[1:]:
                story(world, source)
    return 0


if __name__ == "__main__":
    sys.exit(main())
