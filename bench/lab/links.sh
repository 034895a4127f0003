# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by lab: what the links are like, and what makes them so. The file $STATE/network says
#   bridge   the kernel's bridge, with tbf at both ends of each link that has a rate
#   netem    the same, with netem at both ends of each link
#   switch   switch.c, a process
readonly MTU=9000           # jumbo frames, where each frame costs: fewer of them
readonly MANY_FRAMES=100000 # netem's limit must not be what loses frames; tbf has the queue

declare -A given # what the command line said, by "rate", "delay" or "loss" and the host or "all"
seed=''

# --- What the command line says -------------------------------------------------------------------

check_rate() { # NAME VALUE
    [[ $2 =~ ^([1-9][0-9]*[kmg]bit|none)$ ]] ||
        usage_error "$1 must be like 200mbit, or none, got '$2'"
}

check_delay() { # NAME VALUE
    [[ $2 =~ ^[0-9]{1,6}(\.[0-9]+)?(us|ms)$ ]] ||
        usage_error "$1 must be like 5ms, 0.5ms or 500us, got '$2'"
}

check_loss() { # NAME VALUE
    [[ $2 =~ ^([0-9]{1,2}(\.[0-9]+)?|100)%$ ]] ||
        usage_error "$1 must be like 0.1%, at most 100%, got '$2'"
}

check_host_number() { # NAME HOST HOSTS
    if [[ ! $2 =~ ^(0|[1-9][0-9]{0,3})$ ]] || (($2 >= $3)); then
        usage_error "$1: no such host: '$2'; there will be lab0 to lab$(($3 - 1))"
    fi
}

take_link_option() { # OPTION [HOST:]VALUE HOSTS
    local what=${1#--} host=all value=${2#*:}
    if [[ $what == slow ]]; then
        [[ $2 == *:* ]] || usage_error "--slow must be like 4:50mbit, got '$2'"
        what=rate
    fi
    if [[ $2 == *:* ]]; then
        host=${2%%:*}
        host=${host#lab}
        check_host_number "$1" "$host" "$3"
    fi
    "check_$what" "$1" "$value"
    given[$what $host]=$value
}

choose_links() { # HOSTS RATE [OPTION VALUE]...
    local hosts=$1
    check_rate RATE "$2"
    given=(["rate all"]=$2 ["delay all"]=0ms ["loss all"]=0%)
    shift 2
    while (($# > 0)); do
        case $1 in
            --delay | --loss | --slow) take_link_option "$1" "$2" "$hosts" ;;
            --seed)
                [[ $2 =~ ^(0|[1-9][0-9]{0,8})$ ]] ||
                    usage_error "--seed must be a number of at most 9 digits, got '$2'"
                seed=$2
                ;;
            *) usage_error "up has no option $1" ;;
        esac
        shift 2
    done
}

# --- Links ----------------------------------------------------------------------------------------

# In numbers: bits per second (0 for none), nanoseconds, the part that is lost, and nanoseconds of
# the queue: 50 ms, or as much as is under way in a round trip between two hosts, so that one TCP
# connection can fill the link.
model() { # RATE DELAY LOSS
    LC_ALL=C awk -v rate="$1" -v delay="$2" -v loss="$3" 'BEGIN {
        bits = rate * (rate ~ /kbit/ ? 1e3 : rate ~ /mbit/ ? 1e6 : 1e9)
        time = delay * (delay ~ /us/ ? 1e3 : 1e6)
        printf "%.0f %.0f %.9f %.0f\n", bits, time, loss / 100, (4 * time > 5e7 ? 4 * time : 5e7)
    }'
}

write_link() { # HOST RATE DELAY LOSS
    local dir=$STATE/$1
    echo "$2 $3 $4" >"$dir/link"
    model "$2" "$3" "$4" >"$dir/model.new"
    mv "$dir/model.new" "$dir/model" # the switch never sees half a line
}

write_links() { # HOSTS
    local i what
    for ((i = 0; i < $1; i++)); do
        local values=()
        for what in rate delay loss; do
            values+=("${given[$what $i]-${given[$what all]}}")
        done
        write_link "lab$i" "${values[@]}"
    done
}

# Latency or loss anywhere?
is_more_than_rates() {
    awk '$2 > 0 || $3 > 0 { found = 1 } END { exit !found }' "$STATE"/lab*/model
}

# Also loads the module.
has_netem() {
    in_net "$STATE/bridge" tc qdisc add dev lo root netem delay 1ms 2>/dev/null &&
        in_net "$STATE/bridge" tc qdisc del dev lo root
}

make_network() { # HOSTS
    local network=bridge
    write_links "$1"
    if [[ -n $seed ]]; then
        network=switch
    elif is_more_than_rates; then
        if has_netem; then network=netem; else network=switch; fi
    fi
    echo $network >"$STATE/network"
    if [[ $network == switch ]]; then
        start_switch "$1" "${seed:-1}"
    else
        in_net "$STATE/bridge" ip link add br0 up type bridge
    fi
}

network_in_words() {
    case $(<"$STATE/network") in
        bridge) echo "the kernel" ;;
        netem) echo "the kernel, with netem" ;;
        switch) echo "a switch in user space, process $(<"$STATE/switch.pid")" ;;
    esac
}

# Runs in the host's namespaces.
connect_host() { # HOST
    local network
    network=$(<"$STATE/network")
    if [[ $network == switch ]]; then
        ip link set eth0 mtu $MTU
        return
    fi
    ip link add eth0 type veth peer name "$1" netns "$STATE/bridge/net"
    if [[ $network == netem ]]; then # each frame is delayed or lost for itself
        ip link set eth0 mtu $MTU gso_max_segs 1
        in_net "$STATE/bridge" ip link set "$1" mtu $MTU
    fi
    in_net "$STATE/bridge" ip link set "$1" master br0 up
    shape "$1"
}

change_rate() { # HOST RATE
    local delay loss
    read -r _ delay loss <"$STATE/$1/link"
    write_link "$1" "$2" "$delay" "$loss"
    if [[ $(<"$STATE/network") == switch ]]; then
        kill -HUP "$(<"$STATE/switch.pid")"
    else
        shape "$1"
    fi
}

# --- The kernel -----------------------------------------------------------------------------------

# Both ends of the link: what the host sends, and what the bridge sends it.
shape() { # HOST
    shape_end "$STATE/$1" eth0 "$1"
    shape_end "$STATE/bridge" "$1" "$1"
}

# A token bucket. netem lets frames into it when their delay is over.
shape_end() { # DIR DEVICE HOST
    local rate delay loss queue place=(root) without=(noqueue)
    read -r rate delay loss <"$STATE/$3/link"
    read -r _ _ _ queue <"$STATE/$3/model"
    if [[ $(<"$STATE/network") == netem ]]; then
        in_net "$1" tc qdisc replace dev "$2" root handle 1: \
            netem limit $MANY_FRAMES delay "$delay" loss "$loss"
        place=(parent 1:1) without=(pfifo limit "$MANY_FRAMES")
    fi
    if [[ $rate == none ]]; then
        in_net "$1" tc qdisc replace dev "$2" "${place[@]}" "${without[@]}"
    else
        in_net "$1" tc qdisc replace dev "$2" "${place[@]}" \
            tbf rate "$rate" burst 64kb latency "$((queue / 1000))us"
    fi
}

# --- The switch -----------------------------------------------------------------------------------

start_switch() { # HOSTS SEED
    local pid
    build switch.c switch
    read -r pid < <(cd / && in_net "$STATE/bridge" setsid "$STATE/switch" "$STATE" "$@" \
        </dev/null 2>"$STATE/switch.log") || die "cannot start the switch: $(<"$STATE/switch.log")"
    echo "$pid" >"$STATE/switch.pid"
    cat "$STATE/switch.log" >&2 # what it warned of
}

# Not only some process of that number.
switch_runs() {
    [[ /proc/$(<"$STATE/switch.pid")/ns/net -ef $STATE/bridge/net ]]
}

switch_has_ended() {
    local last
    last=$(tail -n 1 "$STATE/switch.log")
    echo "the switch (process $(<"$STATE/switch.pid")) has ended${last:+: $last};" \
        "the hosts reach each other no more: run lab down, then lab up"
}

check_switch() {
    [[ $(<"$STATE/network") != switch ]] || switch_runs || die "$(switch_has_ended)"
}

# A process that has ended has a folder in /proc until its parent asks for its status, which it may do only after it has
# read all that we may write.
process_runs() { # PID
    [[ -e /proc/$1/exe ]]
}

# Programs would wait for hosts that they do not reach any more. So say what happened, and end the
# launcher, which takes the place of this process.
end_with_switch() { # LAUNCHER
    while switch_runs; do
        process_runs "$1" || return 0
        sleep 0.5
    done
    process_runs "$1" || return 0
    echo "lab: $(switch_has_ended)" >&2
    kill -TERM "$1"
    sleep 5
    [[ ! /proc/$1/ns/net -ef $STATE/lab0/net ]] || kill -KILL "$1"
}

# Who reads the launcher's standard error to its end waits for this process, half a second at most.
guard_launcher() {
    if [[ $(<"$STATE/network") == switch ]]; then
        (end_with_switch $$ </dev/null >/dev/null &)
    fi
}
