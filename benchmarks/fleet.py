# SPDX-License-Identifier: Apache-2.0
"""What updates cost: one endpoint's update, measured; and a fleet of them over a month of
hourly releases, simulated from delta sizes that are measured in the same run.

Strategies: the whole database each time (full); a delta for each release (chain); those
and aligned spans of powers of two (skip list, what `vitrine repo` publishes); a delta from
every older release to the newest (direct).  An endpoint takes the whole database where
deltas come to more than 40 % of it.
"""
import bisect
import math
import os
import shutil
import subprocess
import time

import literals
import svg_plot
from generate_hashes import Generator, removed_records
from measure import best_of, private_memory, table

HOURS = 720             # a month of hourly releases
ADDED, REMOVED = 84, 13  # an hour's change: 2,000 and 300 a day
SPAN_MAX = 512
LIMIT = 0.4
HEADERS = 400           # of a request and its answer, TLS records included
FIRST = 1 << 20         # serial of the first release: no span is cut short
# Who is on when: share of the fleet, and whether it asks in an hour of the month.
ENDPOINTS = {
    "always on": (0.55, lambda hour: True),
    "9 hours on workdays": (0.40, lambda hour: hour // 24 % 7 < 5 and 8 <= hour % 24 < 17),
    "an hour a week": (0.04, lambda hour: hour % 168 == 10),
    "an hour a month": (0.01, lambda hour: hour == HOURS - 5),
}
STRATEGIES = ("full", "chain", "skip list", "direct")


# --- One endpoint, measured -----------------------------------------------------------------

def write_lists(bench, count, hours):
    """Hash lists after so many hours each; the last one may be long."""
    gone = {hour: removed_records(literals.SEED, count, ADDED, REMOVED, hour)
            for hour in hours}
    files = {hour: open(bench.work / f"hour{hour}.hsb", "w") for hour in hours}
    for index, line in enumerate(Generator(literals.SEED).lines(count + max(hours) * ADDED)):
        for hour, file in files.items():
            if index < count + hour * ADDED and index not in gone[hour]:
                file.write(line)
    for file in files.values():
        file.close()
    return {hour: bench.work / f"hour{hour}.hsb" for hour in hours}


def compile_hour(bench, source, release):
    path = bench.work / f"release{release}.vdb"
    subprocess.run([bench.vitrine, "compile", "--allow", "warnings", "-o", path, "--name",
                    "fleet", "--release", str(release), source], check=True,
                   stdout=subprocess.DEVNULL)
    source.unlink()
    return path


def publish(bench, repository, database):
    subprocess.run([bench.vitrine, "repo", "alone", repository, database, "--keys",
                    bench.work / "keys"], check=True, stderr=subprocess.DEVNULL)


class Endpoint:
    """A folder at one release, and the update to the next."""

    def __init__(self, bench, repository):
        self.start, self.dir = bench.work / "start", bench.work / "endpoint"
        self.update = [bench.vitrine, "update", "--url", f"file://{repository}", "--root",
                       str(repository / "metadata/1.root.json"), "--dir"]

    def follow(self, place):
        process = subprocess.Popen([*self.update, str(place)], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        if status != 0:
            raise SystemExit("the update failed")
        return usage

    def reset(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        shutil.copytree(self.start, self.dir)
        os.sync()

    def measure(self):
        """Least CPU and wall seconds of three, bytes written, private memory."""
        cpu = wall = math.inf
        for _ in range(3):
            self.reset()
            began = time.perf_counter()
            usage = self.follow(self.dir)
            wall = min(wall, time.perf_counter() - began)
            cpu = min(cpu, usage.ru_utime + usage.ru_stime)
        again = ["bash", "-c", 'rm -rf "$1" && cp -r "$0" "$1" && shift && exec "$@"',
                 str(self.start), str(self.dir), *self.update, str(self.dir)]
        return cpu, wall, usage.ru_oublock * 512, private_memory(again)


def measure_client(bench):
    rows = [("hashes", "database MB", "delta, bytes", "CPU s", "wall s", "written MB",
             "private MiB", "written a year, TB", "CPU of a core")]
    for count in bench.options.clients:
        repository = bench.work / f"repository{count}"
        lists = write_lists(bench, count, [0, 1])
        for hour in (0, 1):
            database = compile_hour(bench, lists[hour], hour + 1)
            publish(bench, repository, database)
            if hour == 0:
                endpoint = Endpoint(bench, repository)
                shutil.rmtree(endpoint.start, ignore_errors=True)
                endpoint.follow(endpoint.start)
        cpu, wall, written, memory = endpoint.measure()
        delta = next((repository / "targets").glob("*.vdelta")).stat().st_size
        rows.append((f"{count:,}", f"{database.stat().st_size / 1e6:.0f}", f"{delta:,}",
                     f"{cpu:.2f}", f"{wall:.2f}", f"{written / 1e6:.0f}",
                     f"{memory / (1 << 20):.1f}", f"{written * 8760 / 1e12:.2f}",
                     f"{cpu / 36:.4f} %"))
        shutil.rmtree(repository)
        for path in bench.work.glob("release*.vdb"):
            path.unlink()
        literals.say(f"an update of {count} hashes: measured")
    table("One hourly update of one endpoint", rows)


# --- Sizes that the simulation works with ------------------------------------------------------

class Sizes:
    """Bytes of deltas by releases that they span, of the database and of metadata."""

    def __init__(self, bench, count):
        spans = [1 << i for i in range(SPAN_MAX.bit_length())] + [HOURS]
        lists = write_lists(bench, count, [0, *spans])
        old = compile_hour(bench, lists[0], 1)
        self.points, self.create = [], {}
        for span in spans:
            new = compile_hour(bench, lists[span], span + 1)
            delta = bench.work / "delta"
            cost = best_of([[bench.vitrine, "delta", "create", "--unsigned", str(old),
                             str(new), "-o", str(delta)]], rounds=1)[0]
            self.points.append((span, delta.stat().st_size))
            self.create[span] = cost.cpu_s
            self.database = new.stat().st_size
            if span == 1:
                applied = bench.work / "applied"
                self.apply = best_of([[bench.vitrine, "delta", "apply", "--unsigned",
                                       str(old), str(delta), "-o", str(applied)]])[0].cpu_s
            new.unlink()
        old.unlink()
        self.measure_metadata(bench)

    def measure_metadata(self, bench):
        """Of a repository of 16 releases: timestamp, snapshot, targets on average, and a
        history, which is a list of targets too."""
        repository = bench.work / "small"
        source = bench.work / "small.yar"
        lens = []
        for release in range(1, 17):
            source.write_text(f"rule r {{ condition: filesize == {release} }}")
            shutil.copy(source, bench.work / "copy.yar")
            publish(bench, repository, compile_hour(bench, bench.work / "copy.yar", release))
            lens.append((repository / f"metadata/{release}.targets.json").stat().st_size)
        self.targets = sum(lens[4:]) / len(lens[4:])
        self.timestamp = (repository / "metadata/timestamp.json").stat().st_size
        self.snapshot = (repository / "metadata/16.snapshot.json").stat().st_size
        histories = [p.stat().st_size for p in
                     (repository / "targets").glob("*.history.json")]
        self.history = sum(histories) / len(histories)

    def delta(self, span):
        """Measured, or between two measured ones on a line of logarithms."""
        index = bisect.bisect_left(self.points, (span, 0))
        if index < len(self.points) and self.points[index][0] == span:
            return self.points[index][1]
        (x1, y1), (x2, y2) = self.points[index - 1:index + 1]
        share = math.log(span / x1) / math.log(x2 / x1)
        return y1 * (y2 / y1) ** share


def skip_path(serial, lag):
    """Spans of the deltas from `serial - lag` to `serial`, as `vitrine update` finds
    them: backwards, the longest that does not begin too early."""
    spans, left = [], lag
    while left > 0:
        span = 1
        while span * 2 <= min(left, SPAN_MAX) and serial % (span * 2) == 0:
            span *= 2
        spans.append(span)
        serial -= span
        left -= span
    return spans


# --- Simulation -----------------------------------------------------------------------------------

def cost_of_update(sizes, strategy, serial, lag):
    """Bytes, requests and deltas of one update, metadata left out."""
    spans = {"full": [], "chain": [1] * lag, "skip list": skip_path(serial, lag),
             "direct": [lag]}[strategy]
    total = sum(sizes.delta(span) for span in spans)
    if not spans or total > LIMIT * sizes.database:
        return sizes.database, 1, 0
    if strategy == "skip list":
        histories = len(spans) - 1
        return total + histories * sizes.history, len(spans) + histories, len(spans)
    return total, len(spans), len(spans)


def follow_month(sizes, strategy, is_on):
    """What one endpoint fetches in a month: bytes, requests, updates, deltas."""
    asks = [hour for hour in range(HOURS) if is_on(hour)]
    fetched = requests = deltas = 0
    last = asks[-1] - HOURS  # the month before was like this one
    for hour in asks:
        fetched += sizes.timestamp + sizes.snapshot + sizes.targets
        requests += 4  # no next root; timestamp, snapshot, targets
        more = cost_of_update(sizes, strategy, FIRST + hour, hour - last)
        fetched, requests, deltas = fetched + more[0], requests + more[1], deltas + more[2]
        last = hour
    return fetched + requests * HEADERS, requests, len(asks), deltas


def server_work(sizes, strategy):
    """Deltas that lie there after a month, their bytes, those made in an hour on average,
    and the CPU seconds for them."""
    spans = {"full": [], "chain": [1],
             "skip list": [1 << i for i in range(SPAN_MAX.bit_length())]}
    if strategy == "direct":
        all_spans = range(1, HOURS + 1)
        bytes_made = sum(map(sizes.delta, all_spans))
        return HOURS, bytes_made, bytes_made, HOURS * sizes.create[SPAN_MAX]
    count = sum(HOURS / span for span in spans[strategy])
    size = sum(HOURS / span * sizes.delta(span) for span in spans[strategy])
    cpu = sum(sizes.create[span] / span for span in spans[strategy])
    return count, size, size / HOURS, cpu


def by_unit(value, units=("B", "kB", "MB", "GB", "TB", "PB", "EB")):
    step = min(len(units) - 1, max(0, int(math.log10(max(value, 1)) // 3)))
    return f"{value / 1000 ** step:.3g} {units[step]}"


def tell_endpoints(sizes):
    """One endpoint a day; what all of them fetch on average, by strategy."""
    rows = [("one endpoint, a day", "share", "updates", *STRATEGIES,
             "requests (skip list)", "deltas an update (skip list)")]
    mean = dict.fromkeys(STRATEGIES, 0.0)
    asked = 0.0
    for name, (share, is_on) in ENDPOINTS.items():
        months = {s: follow_month(sizes, s, is_on) for s in STRATEGIES}
        days = HOURS / 24
        _, requests, updates, deltas = months["skip list"]
        rows.append((name, f"{share:.0%}", f"{updates / days:.2f}",
                     *(by_unit(months[s][0] / days) for s in STRATEGIES),
                     f"{requests / days:.1f}", f"{deltas / updates:.1f}"))
        for strategy in STRATEGIES:
            mean[strategy] += share * months[strategy][0] / days
        asked += share * requests / days
    table("What one endpoint fetches", rows)
    return mean, asked


def tell_fleets(bench, mean, asked):
    fleets = [10 ** power for power in range(3, 10)]
    rows = [("endpoints", *(f"{s}, a day" for s in STRATEGIES),
             "skip list, mean Gbit/s", "requests/s")]
    for count in fleets:
        rows.append((f"{count:,}", *(by_unit(count * mean[s]) for s in STRATEGIES),
                     f"{count * mean['skip list'] * 8 / 86400 / 1e9:.3g}",
                     f"{count * asked / 86400:.3g}"))
    table("What a fleet fetches", rows)
    svg_plot.draw(bench.folder / "fleet.svg", "Egress of a fleet, hourly releases",
                  "endpoints", "bytes a day",
                  {s: [(count, count * mean[s]) for count in fleets] for s in STRATEGIES})


def measure(bench):
    measure_client(bench)
    sizes = Sizes(bench, bench.options.fleet_hashes)
    table("Measured for the simulation", [("bytes of", "")] + [
        (f"a delta over {span} releases", f"{size:,}") for span, size in sizes.points] + [
        ("the database", f"{sizes.database:,}"), ("timestamp", sizes.timestamp),
        ("snapshot", sizes.snapshot), ("targets, on average", f"{sizes.targets:.0f}"),
        ("a history, on average", f"{sizes.history:.0f}")])
    mean, asked = tell_endpoints(sizes)
    tell_fleets(bench, mean, asked)
    rows = [("server, after a month", "deltas", "their bytes", "made an hour",
             "CPU s an hour")]
    for strategy in STRATEGIES:
        count, size, made, cpu = server_work(sizes, strategy)
        rows.append((strategy, f"{count:.0f}", by_unit(size), by_unit(made), f"{cpu:.2f}"))
    table("What the server keeps and makes", rows)
