# SPDX-License-Identifier: BSD-3-Clause
"""What is known of one network, number of hosts and size."""

import statistics
import time
from pathlib import Path
from typing import NamedTuple

from choices.networks import CHOICE, LIMIT, MPI

FIRST_LATER = 3  # samples before this one are not "later" calls: the library still tries


class Cell(NamedTuple):
    """Medians; times of a first call and of later ones as ratios to the best that could have run."""

    network: str
    hosts: int
    size: int
    limit: float   # seconds
    mpi: float     # of the limit; 0: not measured
    first: float   # of the limit
    later: float   # of the limit
    best: float    # of the limit
    which: str     # what is the best
    first_regret: float  # first / best - 1
    regret: float        # later / best - 1
    busy: float    # cores that others used before the jobs, the most


def busy_cores(seconds=0.3):
    """How many cores something uses now, by /proc/stat."""
    def ticks():
        fields = [int(f) for f in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
        return sum(fields) - fields[3] - fields[4]  # without idle and waiting for disks
    before = ticks()
    time.sleep(seconds)
    return (ticks() - before) / 100 / seconds


def later(samples):
    return samples[FIRST_LATER:] if len(samples) > FIRST_LATER else samples


def best_of(pooled):
    """
    The contender whose even samples have the least median, and the median of its odd ones: the least of many medians of
    the same samples would be flattered by their noise.
    """
    name = min(pooled, key=lambda n: statistics.median(pooled[n][::2]))
    return name, statistics.median(pooled[name][1::2] or pooled[name])


def summarize(network, hosts, size, jobs, busy):
    """A cell of the samples {contender: [seconds]} of several jobs."""
    pooled = {name: [s for job in jobs for s in later(job[name])] for name in jobs[0]}
    limit = statistics.median(pooled.pop(LIMIT))
    choice = statistics.median(pooled[CHOICE])
    first = statistics.median(job[CHOICE][0] for job in jobs)
    which, best = best_of(pooled)
    return Cell(network, hosts, size, limit, statistics.median(pooled.get(MPI, [0])) / limit, first / limit,
                choice / limit, best / limit, which, first / best - 1, choice / best - 1, busy)
