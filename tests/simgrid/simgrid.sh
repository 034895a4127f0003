#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Broadcasts in SimGrid's simulator (bench/simgrid): they deliver the data, in the time that simulated.txt says, to the
# digit. Where a change of the library is meant to change times, write that file anew, and look at the difference:
#     make check TESTS=tests/simgrid/simgrid.sh FANOUT_TEST_UPDATE=1
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
expected=$top_srcdir/tests/simgrid/simulated.txt
update=${FANOUT_TEST_UPDATE-}
unset "${!FANOUT_@}"

if [ -z "${SMPICC-}" ] || [ -z "${SMPIRUN-}" ]; then
    echo "1..0 # SKIP no SimGrid: install libsimgrid-dev and configure again"
    exit 0
fi

# simulate PLATFORM NODES CONTENDER SETTINGS SIZE...: lines "PLATFORM NODES SETTINGS NAME BYTES SECONDS" into the file
# simulated. SETTINGS: NAME=VALUE,... of FANOUT_* or none.
simulate() {
    local platform=$1 nodes=$2 contender=$3 settings=$4 variables=()
    shift 4
    [ "$settings" = none ] || IFS=, read -ra variables <<<"$settings"
    env "${variables[@]/#/FANOUT_}" bash "$top_srcdir/bench/simgrid/simulate" "${top_builddir:?}" "$platform" "$nodes" \
        "$contender" "$@" >out 2>err && sed "s/^/$platform $nodes $settings /" out >>simulated
}

# seconds PLATFORM NODES SETTINGS NAME BYTES
seconds() {
    sed -n "s/^$* //p" simulated
}

# within LOW HIGH VALUE UNIT: LOW x UNIT <= VALUE <= HIGH x UNIT. No value is no.
within() {
    awk -v low="$1" -v high="$2" -v value="$3" -v unit="$4" \
        'BEGIN { exit !(value > 0 && unit > 0 && low * unit <= value && value <= high * unit) }'
}

M4=4194304
transfer_4M=$(awk -v bytes=$M4 'BEGIN { printf "%.12f", 1.5e-6 + bytes / 12.5e9 }')
uplink_4M=$(awk -v bytes=$M4 'BEGIN { printf "%.12f", 3e-6 + bytes / 12.5e9 }')
slow_4M=$(awk -v bytes=$M4 'BEGIN { printf "%.12f", 1.5e-6 + bytes / 6.25e9 }')

# ---- the platforms have the bandwidths and latencies that README.md says ----

check "one transfer, flat" simulate flat 16 limit none 256K 4M
check "one transfer, fat tree" simulate fat-tree 32 limit none 4M
check "one transfer, unequal hosts" simulate unequal 16 limit none 4M
for platform in "flat 16" "fat-tree 32" "unequal 16"; do
    # shellcheck disable=SC2086 # words
    check "$platform: the limit" within 1 1.0001 "$(seconds $platform none limit $M4)" "$transfer_4M"
done
check "flat: all hosts are equal" within 1 1.0001 "$(seconds flat 16 none slowest $M4)" "$transfer_4M"
check "fat tree: two more links" within 1 1.0001 "$(seconds fat-tree 32 none slowest $M4)" "$uplink_4M"
check "unequal: half the speed" within 1 1.0001 "$(seconds unequal 16 none slowest $M4)" "$slow_4M"

# ---- the broadcasts ----

check "flat, 4 nodes" simulate flat 4 fanout none 64K
check "flat, 16 nodes" simulate flat 16 fanout none 256K 4M
check "flat, 64 nodes" simulate flat 64 fanout none 256K
check "fat tree, 32 nodes" simulate fat-tree 32 fanout none 256K
check "unequal hosts, 16 nodes" simulate unequal 16 fanout none 4M
for algorithm in chain group full ktree kexchange; do
    check "$algorithm" simulate flat 16 fanout ALGORITHM=$algorithm,GROUP_SIZE=3,CHUNK_BYTES=16K 256K
done
# MPI_Bcast's best of those that SMPI has takes 1.90.
check "4 MiB to 16 nodes: between 1 and 1.6 of the limit" \
    within 1 1.6 "$(seconds flat 16 none fanout $M4)" "$transfer_4M"
check "4 MiB to unequal nodes: between 1 and 2 of the slow hosts' limit" \
    within 1 2 "$(seconds unequal 16 none fanout $M4)" "$slow_4M"
none_is_quicker_than_the_limit() {
    awk -v limit="$(seconds flat 16 none limit 262144)" '$5 == 262144 && $6 < limit { exit 1 }' simulated
}
check "none is quicker than the limit" none_is_quicker_than_the_limit

# ---- the planner's own simulation (src/simulate) and its model, of plans made with the platform's constants ----

# plan NODES BYTES FIELD: the seconds after FIELD, times the limit.
plan() {
    "$top_builddir/fanout-plan" --nodes "$1" --bytes "$2" --latency 1.5e-6 --overhead 0 --simulate >plan.out &&
        sed -n "s/^$3: .*, \([0-9.]*\) times the limit.*/\1/p" plan.out
}
for case in "16 262144" "16 $M4" "64 262144"; do
    nodes=${case% *} bytes=${case#* }
    limit=$(awk -v bytes="$bytes" 'BEGIN { printf "%.12f", 1.5e-6 + bytes / 12.5e9 }')
    for field in "Simulated time" "Predicted time"; do
        ratio=$(plan "$nodes" "$bytes" "$field")
        check "$field, $nodes nodes, $bytes bytes: within 10 % of SimGrid's" within 0.9 1.1 \
            "$(awk -v ratio="$ratio" -v limit="$limit" 'BEGIN { print ratio * limit }')" \
            "$(seconds flat "$nodes" none fanout "$bytes")"
    done
done

# ---- to the digit ----

version=$("$SMPIRUN" -version)
{
    echo "# $version. Simulated seconds; tests/simgrid/simgrid.sh says how to write this file anew."
    echo "# platform nodes settings name bytes seconds"
    cat simulated
} >simulated.txt
if [ -n "$update" ]; then
    check "simulated.txt is written anew" cp simulated.txt "$expected"
elif [ "$(head -n 1 simulated.txt)" = "$(head -n 1 "$expected")" ]; then
    compare()
    {
        rm -f err
        diff "$expected" simulated.txt >out
    }
    check "the times are those of simulated.txt" compare
else
    skip "the times are those of simulated.txt" "they were taken with another SimGrid than $version"
fi

finish
