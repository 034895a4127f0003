# SPDX-License-Identifier: BSD-3-Clause
"""What a user could have set by hand for one broadcast."""

from drawing import UNITS

KIB = 1024


def size_text(size):
    """16M, 1000001."""
    for unit in "GMK":
        if size % (1 << UNITS[unit]) == 0:
            return f"{size >> UNITS[unit]}{unit}"
    return str(size)


def by_hand(hosts, size, long_links):
    """Few settings, each of which is the best one somewhere: all of them are measured in turn."""
    found = [{"algorithm": algorithm, "min_bytes": 0, "group_size": k, "chunk_bytes": chunk * KIB}
             for algorithm, k in (("ktree", 2), ("ktree", 4), ("group", 2), ("group", 4), ("group", hosts - 1))
             for chunk in (8, 32, 128)
             if k < hosts and 2 * k * chunk * KIB <= size <= 4096 * chunk * KIB]
    if long_links:
        found += [{"min_bytes": 0, "child_sends": sends, "window": 16 * sends} for sends in (4, 16, 64)]
    else:
        found.append({"min_bytes": 0, "adapt": 0})
    return unique(found)


def all_of_a_grid(hosts, size):
    """For simulations, which can be made by the hundred."""
    kinds = [(algorithm, k, 1) for k in (2, 3, 4, 5, 6, 8) for algorithm in ("ktree", "kexchange")]
    kinds += [("group", k, b) for k in (2, 3, 4, 5, 7, 10, 15, 21, 31) for b in (1, 2) if b == 1 or 2 * k < hosts - 1]
    return [{"algorithm": algorithm, "min_bytes": 0, "group_size": k, "branching": b, "chunk_bytes": chunk * KIB}
            for chunk in (4, 6, 8, 12, 16, 32, 64, 128, 256) for algorithm, k, b in kinds
            if k < hosts and 2 * chunk * KIB * k <= size <= 8192 * chunk * KIB]


def unique(settings):
    return [s for i, s in enumerate(settings) if s not in settings[:i]]


def text(setting):
    """As --setting of fanout-bench takes it."""
    return ",".join(f"{name}={value}" for name, value in setting.items())


def environment(setting):
    """The variables of libfanout that set it."""
    return {f"FANOUT_{name.upper()}": str(value) for name, value in setting.items()}
