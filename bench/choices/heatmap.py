# SPDX-License-Identifier: BSD-3-Clause
"""The regret of all cells as one picture."""

from choices.settings import size_text

# From white to vermilion (Okabe and Ito, 2008), which also those see who do not tell colours apart.
PALETTE = "(0 '#ffffff', 0.08 '#fbe3d0', 0.5 '#e8924a', 1 '#b03a00')"


def panel(network, title, cells, sizes, hosts, number):
    """One network: a row for each number of hosts, a column for each size."""
    rows = "".join(f"{sizes.index(c.size)} {hosts.index(c.hosts)} {max(0, value):.4f} {100 * value:.0f}\n"
                   for c, value in cells)
    return f"""$cells{number} << EOD
{rows}EOD
set title '{network}: {title}'
plot $cells{number} using 1:2:(0.5):(0.5):3 with boxxyerror fillstyle solid noborder linecolor palette notitle, \
    '' using 1:2:(sprintf('%d', $4)) with labels font ',9' notitle
"""


def script(cells):
    """The gnuplot program."""
    sizes, hosts = sorted({c.size for c in cells}), sorted({c.hosts for c in cells})
    names = list(dict.fromkeys(c.network for c in cells))
    panels = "".join(
        panel(name, title, [(c, getattr(c, field)) for c in cells if c.network == name], sizes, hosts, 2 * i + j)
        for i, name in enumerate(names)
        for j, (title, field) in enumerate((("first call", "first_regret"), ("later calls", "regret"))))
    xtics = ", ".join(f"'{size_text(s)}' {i}" for i, s in enumerate(sizes))
    ytics = ", ".join(f"'{h}' {i}" for i, h in enumerate(hosts))
    return f"""set encoding utf8
set terminal svg size {260 + 90 * len(sizes)},{90 + (70 + 22 * len(hosts)) * len(names)} noenhanced background '#ffffff' \
font 'sans-serif,12' name 'regret'
set multiplot layout {len(names)},2 title 'Time above the best, %, by ranks and size'
set palette defined {PALETTE}
set cbrange [0:1]
unset colorbox
set xtics ({xtics}) out nomirror font ',9'
set ytics ({ytics}) out nomirror
set xrange [-0.5:{len(sizes) - 0.5}]
set yrange [-0.5:{len(hosts) - 0.5}]
{panels}unset multiplot
"""
