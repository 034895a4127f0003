#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Files that h5py and the netCDF tools write.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

# same FILE: all ranks read what is in it.
same() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    $MPIRUN -np 3 "$top_builddir/tests/hdf5/compare" "$1" >out 2>err </dev/null
}

# Debian's: h5py is a package of it.
python=/usr/bin/python3

with_h5py() {
    $python - "$1" "$2" <<'END'
import sys, numpy, h5py
with h5py.File(sys.argv[1], "w", libver=sys.argv[2]) as f:
    f["text"] = "a text of variable length"
    f["flags"] = numpy.array([True, False])
    f["complex"] = numpy.array([1 + 2j, 3j])
    f["group/table"] = numpy.array([(1, 2.5, b"abc"), (2, -1, b"d")], dtype=[("i", "i4"), ("x", "f8"), ("s", "S3")])
    d = f.create_dataset("group/cells", data=numpy.arange(60000).reshape(200, 300), chunks=(64, 100), compression="gzip",
                         shuffle=True, fletcher32=True)
    d.attrs["units"] = "m"
    f.create_dataset("grows", data=numpy.arange(10), maxshape=(None,))
    f.attrs["names"] = ["one", "two"]
END
}

with_ncgen() {
    ncgen -k nc4 -o "$1" <<'END'
netcdf field {
dimensions: time = unlimited; x = 4;
variables:
  float x(x); x:units = "m";
  double t(time, x); t:long_name = "temperature"; t:_FillValue = -1.; t:_DeflateLevel = 5; t:_Shuffle = "true";
  string name(x);
:title = "a file of netCDF-4";
data:
  x = 1, 2, 3, 4;
  t = 1, 2, 3, 4, 5, 6, 7, 8;
  name = "a", "bc", "", "def";
group: part { variables: int n; data: n = 5; }
}
END
}

if $python -c 'import h5py' 2>/dev/null; then
    for version in earliest latest; do
        with_h5py "$version.h5" "$version"
        check "h5py, libver $version" same "$version.h5"
    done
else
    skip "files of h5py" "there is no python3-h5py"
fi
if command -v ncgen >/dev/null; then
    with_ncgen field.nc
    check "netCDF-4" same field.nc
else
    skip "files of netCDF-4" "there is no netcdf-bin"
fi
finish
