# SPDX-License-Identifier: BSD-3-Clause
"""Where broadcasts are measured. Each network has `contenders(hosts, size)`, one run of all of them."""

import concurrent.futures
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from choices import settings

BENCH = Path(__file__).resolve().parent.parent
CHOICE, MPI, LIMIT = "fanout_bcast", "MPI_Bcast", "limit"


class MeasureError(Exception):
    """What went wrong, in words for the user."""


def output_of(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise MeasureError(f"{' '.join(map(str, command))} ended with status {done.returncode}:\n{done.stderr.strip()}")
    return done.stdout


class Measured:
    """A job of fanout-bench: all contenders take turns in each round."""

    bytes_per_second = 1e9  # what a round takes is estimated by it, only to choose the number of rounds
    long_links = False

    def __init__(self, build, seconds):
        self.build, self.seconds = Path(build).resolve(), seconds

    def open(self, most_hosts):
        """Before the first job."""

    def close(self):
        """After the last job, also after a failed one."""

    def launcher(self, hosts):
        raise NotImplementedError

    def rounds(self, hosts, size, count):
        """
        At least five, so that two are later ones; as many as fit in the seconds, up to 12. Where calls are short, the
        library tries for some dozens of them what is the fastest: as many as take a tenth of the seconds, up to 60.
        """
        once = size / self.bytes_per_second + 1e-3
        fit = self.seconds / (once * (1.5 * count + hosts))
        return int(max(5, min(12, fit), min(60, fit / 10)))

    def contenders(self, hosts, size):
        """The samples of each contender, in the order in which they were taken."""
        candidates = [settings.text(s) for s in settings.by_hand(hosts, size, self.long_links)]
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report")
            output_of([*self.launcher(hosts), self.build / "fanout-bench", "--quiet", "--warmup", 0, "--sizes", size,
                       "--repeat", self.rounds(hosts, size, len(candidates)), "--json", report,
                       *(word for c in candidates for word in ("--setting", c))])
            results = json.loads(report.read_text(encoding="utf-8"))["results"]
        return {r["contender"]: r["samples"] for r in results if r["contender"] != "memcpy"}


class Node(Measured):
    """Ranks of this machine."""

    def launcher(self, hosts):
        return ["mpirun", "-np", hosts]


class Lab(Measured):
    """Hosts of bench/lab."""

    def __init__(self, build, seconds, rate, *options):
        super().__init__(build, seconds)
        self.words = [rate, *options]
        match = re.fullmatch(r"(\d+)mbit", rate)
        if match:
            self.bytes_per_second = int(match[1]) * 1e6 / 8
        self.long_links = "--delay" in options

    def open(self, most_hosts):
        output_of([BENCH / "lab/lab", "up", most_hosts, *self.words])

    def close(self):
        output_of([BENCH / "lab/lab", "down"])

    def launcher(self, hosts):
        return [BENCH / "lab/lab", "mpirun", hosts]


class Simulated:
    """A platform of SimGrid, or libfanout's own simulation of a flat one (for large sizes)."""

    def __init__(self, build, platform):
        self.build, self.platform = Path(build).resolve(), platform

    def open(self, _):
        output_of(["make", "-s", "-C", self.build, "fanout-plan"]
                  + (["bench/simgrid/sim_bench"] if self.platform != "own" else []))

    def close(self):
        """Nothing is left."""

    def simulate(self, hosts, size, contender, setting):
        text = output_of(["bash", BENCH / "simgrid/simulate", self.build, self.platform, hosts, contender, size],
                         env={**os.environ, "FANOUT_MIN_BYTES": "0", **settings.environment(setting)})
        return float(text.split()[-1])

    def plan(self, hosts, size, setting):
        text = output_of([self.build / "fanout-plan", "--nodes", hosts, "--bytes", size, "--latency", "1.5e-6",
                          "--overhead", "0", "--simulate"],
                         env={**os.environ, "FANOUT_MIN_BYTES": "0", **settings.environment(setting)})
        return float(re.search(r"Simulated time: .*, ([0-9.]+) times the limit", text)[1])

    def time(self, hosts, size, setting):
        return self.plan(hosts, size, setting) if self.platform == "own" else \
            self.simulate(hosts, size, "fanout", setting)

    def contenders(self, hosts, size):
        """One sample of each: a simulation has no noise."""
        candidates = settings.all_of_a_grid(hosts, size)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            limit = pool.submit(lambda: 1.0 if self.platform == "own" else self.simulate(hosts, size, "limit", {}))
            times = {settings.text(s): pool.submit(self.time, hosts, size, s) for s in [{}, *candidates]}
        return {LIMIT: [limit.result()], **{name or CHOICE: [time.result()] for name, time in times.items()}}


def networks(build, seconds):
    """All of them, by the names of the command line."""
    return {
        "200mbit": Lab(build, seconds, "200mbit"),
        "0.5ms": Lab(build, seconds, "100mbit", "--delay", "0.5ms"),
        "5ms": Lab(build, seconds, "100mbit", "--delay", "5ms"),
        "20ms": Lab(build, seconds, "100mbit", "--delay", "20ms"),
        "loss": Lab(build, seconds, "100mbit", "--delay", "0.5ms", "--loss", "0.1%"),
        "none": Lab(build, seconds, "none"),
        "node": Node(build, seconds),
        **{platform: Simulated(build, platform) for platform in ("flat", "fat-tree", "unequal", "own")},
    }
