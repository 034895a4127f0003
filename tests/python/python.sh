#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The Python package: its tests on 1, 4 and 5 ranks, README's example, its types; it installs with pip and without a
# network, and what make install has installed finds its library; it refuses a library of another MPI.
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

libraries=${top_builddir:?}/.libs
package=$top_srcdir/src/python
export PYTHONDONTWRITEBYTECODE=1

skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}

if nm -D "$libraries/libfanout.so" | grep -qE '__(asan|tsan|ubsan|sanitizer)_'; then
    skip_all "the libraries are built with sanitizers, which Python would need too"
fi
for python in python3 /usr/bin/python3 none; do
    "$python" -c 'import mpi4py, numpy' 2>/dev/null && break
done
[ "$python" != none ] || skip_all "there is no Python with mpi4py and numpy (packages python3-mpi4py python3-numpy)"

# The MPI library that mpi4py is built for.
mpi_of_mpi4py() {
    "$python" -c 'from mpi4py import MPI; print(MPI.Get_library_version())' 2>/dev/null | grep -aoiE 'open mpi|mpich' |
        head -n 1 | tr -d ' ' | tr '[:upper:]' '[:lower:]'
}

# refused TEXT: importing it fails, and the message has the text.
refused() {
    ! PYTHONPATH=$package "$python" -c 'import fanout' >out 2>err && grep -q "ImportError: .*$1" err
}

# ---- libraries that do not fit ----

mkdir other
echo 'int MPI_Get_library_version(char *v, int *n)
{
    const char text[] = "Imaginary MPI 1.0";
    for (*n = 0; text[*n] != 0; ++*n)
        v[*n] = text[*n];
    v[*n] = 0;
    return 0;
}' >other.c
${MPICC:?} -shared -fPIC -o other/libfanout.so.0 other.c >out 2>err
FANOUT_TEST_LIBRARIES=$work/other check "a library of another MPI is refused" refused "built for 'Imaginary MPI 1.0'"
FANOUT_TEST_LIBRARIES=$work/nowhere check "a missing library is an ImportError that helps" refused "LD_LIBRARY_PATH"

if [ "$(mpi_of_mpi4py)" != "$MPI_VENDOR" ]; then
    FANOUT_TEST_LIBRARIES=$libraries check "this library is refused: mpi4py has another MPI" refused "built for"
    skip "all else" "Debian's python3-mpi4py is built for Open MPI"
    finish
    exit
fi

# ---- types ----

if ! "$python" -m mypy --version >/dev/null 2>&1; then
    skip "mypy finds nothing" "mypy is not installed"
else
    types() {
        (cd "$package" && "$python" -m mypy --cache-dir "$work/cache" --strict fanout) >out 2>err
    }
    check "mypy finds nothing" types
fi

# ---- tests ----

# launch RANKS COMMAND...: what rank R says is in out.R.
launch() {
    local ranks=$1
    rm -f out.*
    # shellcheck disable=SC2016,SC2086 # for the ranks' shells; MPIRUN is a command with arguments
    FANOUT_TEST_RANKS=$ranks timeout -k 5 200 $MPIRUN -np "$ranks" sh -c \
        'exec "$@" >out.${OMPI_COMM_WORLD_RANK-$PMI_RANK} 2>&1' sh "${@:2}" >out 2>err </dev/null
}

# tests RANKS ARGUMENT...: of pytest. All ranks pass.
tests() {
    launch "$1" "$python" -m pytest -q -p no:cacheprovider "${@:2}" && return
    tail -n 40 out.* >>err
    return 1
}

export FANOUT_TEST_LIBRARIES=$libraries PYTHONPATH=$package
if ! "$python" -c 'import pytest' 2>/dev/null; then
    skip "the tests" "python3-pytest is not installed"
else
    check "one rank" tests 1 "$top_srcdir/tests/python"
    check "four ranks, which share memory" tests 4 "$top_srcdir/tests/python"
    FANOUT_SHARED_MEMORY=0 check "five ranks, which send messages" tests 5 "$top_srcdir/tests/python"
    FANOUT_CHECK=1 check "wrong arguments on one rank" tests 3 "$top_srcdir/tests/python/check_test.py"
fi

# Only the last rank waits; the others end, and must go on relaying until they have all data.
cat >forgotten.py <<'END'
import fanout, numpy
from mpi4py import MPI
comm = MPI.COMM_WORLD
data = numpy.full(1000000, comm.rank)
request = fanout.ibcast(data, 0, comm)
if comm.rank == comm.size - 1:
    request.wait()
    print(data.any() and "wrong" or "right")
END
forgotten() {
    FANOUT_SHARED_MEMORY=0 launch 4 timeout 60 "$python" forgotten.py && grep -qx right out.3
}
check "requests that nobody waits for end with the interpreter" forgotten

# ---- README ----

# The first block of Python there.
# shellcheck disable=SC2016 # of Markdown
sed -n '/^```python$/,/^```$/p' "$top_srcdir/README.md" | sed '/^```/d' >example.py
"$python" -c 'import numpy; numpy.savez("weights.npz", a=numpy.ones(300000))'
example() {
    launch 4 "$python" example.py && [ "$(grep -lx 'weights 300000' out.* | wc -l)" = 4 ]
}
check "the example of README runs" example

# ---- installed ----

unset FANOUT_TEST_LIBRARIES PYTHONPATH
export LD_LIBRARY_PATH=$libraries

# of_pip: into an environment of its own, without a network. pip writes beside its source.
of_pip() {
    cp -r "$package" source && chmod -R u+w source &&
        "$python" -m venv --system-site-packages venv &&
        venv/bin/python -m pip install --no-build-isolation --no-index --no-deps ./source
} >out 2>err
uses_venv='import fanout, os; print(fanout.__version__); assert "venv" in fanout.__file__
assert os.path.exists(os.path.join(os.path.dirname(fanout.__file__), "py.typed"))
import importlib.metadata; assert importlib.metadata.version("fanout") == fanout.__version__'
if "$python" -c 'import venv, ensurepip, setuptools, wheel' 2>/dev/null; then
    check "pip installs it without a network" of_pip
    check "and it is the same version as the library" venv/bin/python -c "$uses_venv"
else
    skip "pip installs it without a network" "python3-venv, python3-setuptools or python3-wheel is not installed"
fi

# "make check" has made an installed tree, below a root of its own.
root=$top_builddir/tests/installed
installed=$(find "$root" -path '*/fanout/__init__.py' | head -n 1)
if [ -z "$installed" ]; then
    skip "make install installs it" "configured --without-python"
else
    folder=$(dirname "$installed")
    complete() {
        diff -rq -x _installed.py "$package/fanout" "$folder" >out 2>err
    }
    check "make install installs all of it" complete
    runs() {
        PYTHONPATH=$(dirname "$folder") launch 2 "$python" -c \
            'import fanout; print(fanout.bcast_object("here"), fanout.__file__)' &&
            [ "$(grep -l "^here $folder" out.* | wc -l)" = 2 ]
    }
    libdir=$(sed -n 's/^LIBRARIES = "\(.*\)"$/\1/p' "$folder/_installed.py")
    check "it knows where the library will be" [ -e "$root$libdir/libfanout.so.0" ]
    LD_LIBRARY_PATH=$root$libdir check "it runs" runs
fi
finish
