#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# bench/lab: links have the rate, the latency and the loss that were asked for, whoever makes them; a switch that has ended
# is told; wrong arguments are refused; nothing is left. Bounds of times are those that hold however busy the machine is.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
top_srcdir=$(cd "$OLDPWD" && cd "$top_srcdir" && pwd)
export LAB_STATE=$work/state
probe=$top_srcdir/tests/lab/probe

# lab ARGUMENT...: leaves out, err and status.
lab() {
    timeout 120 "$top_srcdir/bench/lab/lab" "$@" >out 2>err </dev/null
    status=$?
}

skip_all() {
    skip "the lab" "$1"
    finish
    exit
}
((EUID == 0)) || skip_all "only root can make hosts"
unshare --net --mount --uts --ipc true 2>err || skip_all "no right to make namespaces: $(cat err)"
for command in ip tc nsenter python3 cc; do
    command -v $command >/dev/null || skip_all "there is no $command"
done

trap 'lab down && rm -rf "$work"' EXIT

succeeds() {
    [ "$status" = 0 ] && [ ! -s err ]
}
fails_with() {
    [ "$status" = "$1" ] && grep -qF -- "$2" err
}
says() {
    grep -qE -- "$1" out
}
# between LEAST MOST: the number that was printed.
between() {
    awk -v least="$1" -v most="$2" '{ exit !($1 >= least && $1 <= most) }' out && [ -s out ]
}

# up ARGUMENT...: a lab whose last host answers probes.
up() {
    lab up "$@"
    check "up $*: exit status" [ "$status" = 0 ]
    cp out up_said
    lab status
    last=$(sed -n '$s/ .*//p' out)
    address=$(sed -n '$s/^[^ ]* \([^ ]*\).*/\1/p' out)
    (exec "$top_srcdir/bench/lab/lab" on "$last" python3 "$probe" serve >/dev/null 2>&1 &)
}
# probed WHAT ARGUMENT...: from lab0 to the last host.
probed() {
    lab on 0 python3 "$probe" "$1" "$address" "${@:2}"
}
down() {
    inodes=$(stat -L -c %i "$LAB_STATE"/*/net)
    lab down
    check "down: exit status" succeeds
    check "down: no file is left" [ ! -e "$LAB_STATE" ]
    check "down: no mount is left" lacks "$LAB_STATE" /proc/mounts
    find /proc/[0-9]*/ns/net -printf '%l\n' >nets 2>/dev/null
    for inode in $inodes; do
        check "down: no process is left in network $inode" lacks "[$inode]" nets
    done
}
lacks() {
    ! grep -F -- "$1" "$2" >err
}

# --- What is refused ---
while IFS='|' read -r arguments message; do
    # shellcheck disable=SC2086 # several arguments
    lab up $arguments
    check "up $arguments: refused" fails_with 2 "$message"
    check "up $arguments: makes nothing" [ ! -e "$LAB_STATE" ]
done <<'END'
|up takes N and perhaps RATE
0|N must be a number from 1 to
1001|N must be a number from 1 to 1000, got '1001'
2 fast|RATE must be like 200mbit, or none, got 'fast'
2 0mbit|RATE must be like 200mbit, or none, got '0mbit'
2 1mbit 2mbit|up takes N and perhaps RATE
2 --delay|--delay takes a value
2 --delay 5|--delay must be like 5ms, 0.5ms or 500us, got '5'
2 --delay -5ms|--delay must be like 5ms, 0.5ms or 500us, got '-5ms'
2 --delay 2:5ms|--delay: no such host: '2'; there will be lab0 to lab1
2 --delay x:5ms|--delay: no such host: 'x'
2 --delay 1:|--delay must be like 5ms
2 --loss 0.1|--loss must be like 0.1%, at most 100%, got '0.1'
2 --loss 100.5%|--loss must be like 0.1%, at most 100%, got '100.5%'
2 --loss=1:200%|--loss must be like 0.1%, at most 100%, got '200%'
2 --slow 50mbit|--slow must be like 4:50mbit, got '50mbit'
2 --slow 4:50mbit|--slow: no such host: '4'; there will be lab0 to lab1
2 --slow 1:50|--slow must be like 200mbit, or none, got '50'
2 --seed x|--seed must be a number of at most 9 digits, got 'x'
2 --jitter 5ms|up has no option --jitter
END

# --- Rates alone, by the kernel ---
up 3 none --slow lab2:20mbit
check "rates alone: by the kernel" grep -q 'links made by the kernel$' up_said
lab status
check "status: no limit" says '^lab0 198.18.0.1 none delay 0ms loss 0% processes [0-9]+$'
check "status: the slow host" says '^lab2 198.18.0.3 20mbit delay 0ms loss 0% processes [0-9]+$'
probed transfer 2000000
check "a slow host: not above the limit" between 0.1 22
lab on 0 tc qdisc show
check "none: not shaped" lacks tbf out
lab slow 2 none
check "slow HOST none: exit status" succeeds
lab on 2 tc qdisc show
check "slow HOST none: not shaped" lacks tbf out
lab slow 2 20gigabit
check "slow: wrong rate" fails_with 2 "RATE must be like 200mbit, or none, got '20gigabit'"
lab slow 3 20mbit
check "slow: no such host" fails_with 1 "no such host: '3'; there are lab0 to lab2"
lab up 2
check "up twice" fails_with 1 "a lab of 3 hosts is up in $LAB_STATE already"
lab cut 1
check "cut: exit status" succeeds
lab on 1 ip -brief link show eth0
check "cut: it is not connected" says '^eth0.* DOWN '
lab on 1 true
check "cut: it lives" succeeds
lab kill 1
check "kill: exit status" succeeds
lab on 1 true
check "kill: it is not there" fails_with 1 'host lab1 has lost its anchor process'
lab kill 3
check "kill: no such host" fails_with 1 "no such host: '3'; there are lab0 to lab2"
down

# --- MPI ---
up 2
for mpi in openmpi mpich; do
    if ! command -v mpirun.$mpi >/dev/null; then
        skip "mpirun of $mpi" "it is not installed"
        continue
    fi
    # shellcheck disable=SC2016 # the host's shell expands it
    LAB_MPI=$mpi lab mpirun 2 sh -c 'echo "rank on $(hostname)"'
    check "mpirun of $mpi: exit status" [ "$status" = 0 ]
    check "mpirun of $mpi: a rank on each host" [ "$(grep '^rank on' out | sort | tr '\n' ' ')" = 'rank on lab0 rank on lab1 ' ]
    LAB_MPI=$mpi lab start "mpirun.$mpi" --host lab0,lab1 -np 2 hostname
    check "start, $mpi: exit status" [ "$status" = 0 ]
    check "start, $mpi: a program on each host" [ "$(grep '^lab' out | sort | tr '\n' ' ')" = 'lab0 lab1 ' ]
done
down

# --- Latency and loss ---
# links_of WHO OPTION...: WHO makes the links, if lab up has the OPTIONs.
links_of() {
    local who=$1
    shift
    up 3 20mbit --delay 5ms --delay 2:20ms "$@"
    check "$who: is used" grep -q "links made by .*$who" up_said
    lab status
    check "$who: status" says '^lab2 198.18.0.3 20mbit delay 20ms loss 0% processes [0-9]+$'
    probed trip
    check "$who: a round trip takes the delays" between 50 20000
    probed transfer 2000000
    check "$who: not above the rate" between 0.01 22
    lab slow 2 5mbit
    check "$who: slow: exit status" succeeds
    probed transfer 1000000
    check "$who: slow: not above the rate" between 0.01 5.5
    lab slow 2 none
    probed numbers 800 1000
    check "$who: lab0 still has its rate, and a queue that ends" between 1 799
    down

    up 2 none --delay 1ms "$@"
    probed numbers 800 8000
    check "$who: all arrive, in order" says '^800 ordered$'
    probed trip
    check "$who: a round trip takes the delays" between 4 20000
    down

    up 2 none --loss lab1:20% "$@"
    probed numbers 800 100
    check "$who: the loss that was asked for" between 560 720
    check "$who: the rest in order" says ordered
    down
}
if [ -c /dev/net/tun ] && (: <>/dev/net/tun) 2>err; then
    links_of switch --seed 7
else
    skip "the switch in user space" "no TAP devices: $(cat err)"
    finish
    exit
fi
lab up 1 none --delay 1ms
cp out who
lab down
if grep -q netem who; then
    links_of netem
else
    check "where there is no netem, the switch" grep -q switch who
    skip "netem" "this kernel has none"
fi


# --- A switch that has ended ---
up 2 100mbit --delay 1ms --seed 1
if command -v mpirun.openmpi >/dev/null; then
    # Python's subprocess.run reads to the end before it asks how the launcher ended.
    check "who reads to the end first sees an end" timeout 60 python3 -c 'import subprocess, sys
subprocess.run(sys.argv[1:], capture_output=True, check=True)' "$top_srcdir/bench/lab/lab" mpirun 2 sleep 1
    timeout 120 "$top_srcdir/bench/lab/lab" mpirun 2 sh -c 'echo started; exec sleep 1000' >mpi_out 2>mpi_err </dev/null &
    launcher=$!
    for ((i = 0; i < 600; i++)); do
        [ "$(grep -c started mpi_out)" = 2 ] && break
        sleep 0.1
    done
    check "mpirun starts" [ "$(grep -c started mpi_out)" = 2 ]
    kill -KILL "$(cat "$LAB_STATE/switch.pid")"
    wait $launcher 2>/dev/null
    status=$?
    check "mpirun ends with the switch" [ $status -gt 0 -a $status -ne 124 ]
    cp mpi_err err
    check "mpirun: why" fails_with $status 'the hosts reach each other no more: run lab down, then lab up'
else
    skip "mpirun ends with the switch" "there is no Open MPI"
    kill -KILL "$(cat "$LAB_STATE/switch.pid")"
fi
for command in status 'on 0 true' 'mpirun 2 true' 'slow 1 50mbit'; do
    # shellcheck disable=SC2086 # several arguments
    lab $command
    check "$command: the switch has ended" fails_with 1 'the switch (process '
    check "$command: what to do" fails_with 1 'run lab down, then lab up'
done
down
lab down
check "down twice" succeeds
finish
