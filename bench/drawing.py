# SPDX-License-Identifier: BSD-3-Clause
"""What the scripts that draw share: sizes of the command line, and gnuplot."""

import argparse
import re
import shutil
import subprocess
from pathlib import Path

UNITS = {"": 0, "K": 10, "M": 20, "G": 30}


class DrawError(Exception):
    """What is wrong, in words for the user."""


def parse_size(text):
    match = re.fullmatch(r"(\d+)([KMG]?)", text, re.IGNORECASE)
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size such as 16M")
    return int(match[1]) << UNITS[match[2].upper()]


def draw(script, output):
    """Run a gnuplot program that writes SVG, and store what it has drawn."""
    if shutil.which("gnuplot") is None:
        raise DrawError("gnuplot is missing: install the package gnuplot-nox")
    done = subprocess.run(["gnuplot"], input=script, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout.rstrip().endswith("</svg>"):
        raise DrawError(f"gnuplot failed: {done.stderr.strip()}")
    try:
        Path(output).write_text(done.stdout, encoding="utf-8")
    except OSError as error:
        raise DrawError(f"cannot write {output}: {error.strerror}") from error
