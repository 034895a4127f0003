/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * switch STATE HOSTS SEED: the network of a lab whose links have latency or loss, where the kernel
 * cannot model these. Started by lab up; README.md beside this file says what is modelled.
 *
 * It makes the interface eth0 of each host, a TAP device in the network namespace STATE/labI/net,
 * and prints a line when frames can pass. STATE/labI/model says what the host's link is like, in
 * four numbers: bits per second (0 for no limit), nanoseconds of delay, the part of the frames that
 * is lost, and the nanoseconds that a frame may wait in the queue. On SIGHUP these are read again.
 *
 * A link has two wires, up to the switch and down to the host. A frame that enters a wire waits
 * until those before it have been sent, takes its length / rate, and leaves after the delay. All
 * of this is computed when it enters: if the process wakes up late, frames are late, too, but the
 * wires lose no capacity.
 */
#include "config.h"

#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/ethtool.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/param.h>
#include <sys/queue.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_FRAME = 9018,     /* the MTU that lab sets, Ethernet's header and a VLAN tag */
    READ_AT_ONCE = 32,    /* frames of one host before the others have their turn */
    MAX_HELD = 256 << 20, /* bytes on a wire, where its rate does not bound them */
    NANOSECONDS = 1000000000
};

static const int64_t never = INT64_MAX / 2; /* so that a delay can be added */

struct frame {
    STAILQ_ENTRY(frame) next;
    int64_t due; /* when it leaves the wire that it is on, nanoseconds */
    size_t length;
    unsigned char bytes[];
};

struct wire {
    STAILQ_HEAD(, frame) frames; /* in the order in which they leave */
    int64_t idle_at;             /* when the last of them has been sent */
    size_t held;                 /* their bytes */
    uint64_t random;
};

struct link {
    int tap;
    double rate, loss; /* as in the model file */
    int64_t delay, queue;
    struct wire up, down;
};

static const char *state;
static struct link *links;
static size_t link_count;
static int64_t least_delay; /* of all links, nanoseconds */

static int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)NANOSECONDS + now.tv_nsec;
}

/* ---- Wires ---- */

/* From 0 to below 1. Splitmix64: G. Steele, D. Lea, C. Flood, OOPSLA 2014. */
static double random_fraction(uint64_t *random)
{
    uint64_t z = *random += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static void init_wire(struct wire *wire, uint64_t seed)
{
    STAILQ_INIT(&wire->frames);
    wire->random = seed;
}

static void enter_wire(struct wire *wire, const struct link *link, int64_t now,
                       const unsigned char *bytes, size_t length)
{
    bool lost = random_fraction(&wire->random) < link->loss;
    int64_t start = MAX(now, wire->idle_at);
    if (start - now > link->queue || wire->held + length > MAX_HELD)
        return;
    wire->idle_at = start + (link->rate > 0 ? (int64_t)((double)length * 8e9 / link->rate) : 0);
    if (lost)
        return;
    struct frame *frame = malloc(sizeof(*frame) + length);
    if (frame == NULL)
        error(1, errno, "cannot hold a frame");
    frame->due = wire->idle_at + link->delay;
    frame->length = length;
    memcpy(frame->bytes, bytes, length);
    STAILQ_INSERT_TAIL(&wire->frames, frame, next);
    wire->held += length;
}

static struct frame *leave_wire(struct wire *wire)
{
    struct frame *frame = STAILQ_FIRST(&wire->frames);
    STAILQ_REMOVE_HEAD(&wire->frames, next);
    wire->held -= frame->length;
    return frame;
}

/* ---- Forwarding ---- */

/* A host's address on the wire tells the host. */
static void host_mac(size_t host, unsigned char mac[ETH_ALEN])
{
    memcpy(mac, "\x02\xfa\0\0", 4);
    mac[4] = (unsigned char)(host >> 8);
    mac[5] = (unsigned char)host;
}

/* The host of a frame's destination; link_count for broadcasts and unknown addresses. */
static size_t destination(const struct frame *frame)
{
    unsigned char mac[ETH_ALEN];
    size_t host = frame->bytes[4] << 8 | frame->bytes[5];
    host_mac(host, mac);
    return host < link_count && memcmp(mac, frame->bytes, ETH_ALEN) == 0 ? host : link_count;
}

static void forward(const struct link *from, const struct frame *frame)
{
    size_t to = destination(frame);
    for (size_t i = 0; i < link_count; i++)
        if (&links[i] != from && (to == i || to == link_count))
            enter_wire(&links[i].down, &links[i], frame->due, frame->bytes, frame->length);
}

/* An interface that is down, or short of memory, loses frames as a network may. */
static void deliver(const struct link *to, const struct frame *frame)
{
    if (write(to->tap, frame->bytes, frame->length) < 0 && errno != EIO && errno != ENOMEM &&
        errno != ENOBUFS && errno != EAGAIN)
        error(1, errno, "cannot write to eth0 of lab%zd", to - links);
}

static void receive(struct link *from)
{
    unsigned char bytes[MAX_FRAME];
    for (int i = 0; i < READ_AT_ONCE; i++) {
        ssize_t length = read(from->tap, bytes, sizeof(bytes));
        if (length < 0 && errno == EAGAIN)
            return;
        if (length < ETH_HLEN)
            error(1, errno, "cannot read from eth0 of lab%zd", from - links);
        enter_wire(&from->up, from, clock_now(), bytes, length);
    }
}

/* ---- Time ---- */

static int64_t due(const struct wire *wire)
{
    const struct frame *first = STAILQ_FIRST(&wire->frames);
    return first == NULL ? never : first->due;
}

/* The link with the frame that is due first. */
static struct link *next_link(void)
{
    struct link *next = links;
    for (struct link *link = links; link < links + link_count; link++)
        if (MIN(due(&link->up), due(&link->down)) < MIN(due(&next->up), due(&next->down)))
            next = link;
    return next;
}

/*
 * Each time that the process wakes up costs as much as the frame that it moves. A frame that comes
 * from a host's wire then needs the next one's delay, so nobody waits for it before. Frames to
 * hosts go in company where a 64th of the delay is worth it.
 */
static int64_t time_to_move(void)
{
    int64_t next = never;
    for (const struct link *link = links; link < links + link_count; link++) {
        next = MIN(next, due(&link->up) + least_delay);
        next = MIN(next, due(&link->down) + least_delay / 64);
    }
    return next;
}

/* Let go on the frames that are due, in that order. Returns when to do it again. */
static int64_t move_frames(void)
{
    for (;;) {
        struct link *link = next_link();
        bool is_up = due(&link->up) < due(&link->down);
        struct wire *wire = is_up ? &link->up : &link->down;
        if (due(wire) > clock_now())
            return time_to_move();
        struct frame *frame = leave_wire(wire);
        if (is_up)
            forward(link, frame);
        else
            deliver(link, frame);
        free(frame);
    }
}

/* Setting the timer also takes back that it has expired: it never has at a time still to come. */
static void set_timer(int timer, int64_t at)
{
    struct itimerspec when = {.it_value = {at / NANOSECONDS, at % NANOSECONDS}};
    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL) != 0)
        error(1, errno, "timerfd_settime");
}

/* ---- Set-up ---- */

static void read_model(struct link *link)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/lab%zd/model", state, link - links);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        error(1, errno, "cannot open %s", path);
    if (fscanf(file, "%lf%" SCNd64 "%lf%" SCNd64, &link->rate, &link->delay, &link->loss,
               &link->queue) != 4)
        error(1, 0, "%s does not have four numbers", path);
    fclose(file);
}

static void read_models(void)
{
    least_delay = INT64_MAX;
    for (size_t i = 0; i < link_count; i++) {
        read_model(&links[i]);
        least_delay = MIN(least_delay, links[i].delay);
    }
}

static void enter_net(size_t host)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/lab%zu/net", state, host);
    int net = open(path, O_RDONLY | O_CLOEXEC);
    if (net < 0 || setns(net, CLONE_NEWNET) != 0)
        error(1, errno, "cannot enter the network namespace %s", path);
    close(net);
}

/* MPI libraries ask for the speed, and a TAP device claims 10 Mbit/s: claim what veth does. */
static void set_speed(struct ifreq request)
{
    struct ethtool_cmd speed = {.cmd = ETHTOOL_SSET, .speed = 10000, .duplex = DUPLEX_FULL};
    int any_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    request.ifr_data = (char *)&speed;
    if (any_socket < 0 || ioctl(any_socket, SIOCETHTOOL, &request) != 0)
        error(1, errno, "cannot set the speed of eth0");
    close(any_socket);
}

static int make_tap(size_t host)
{
    struct ifreq request = {.ifr_name = "eth0", .ifr_flags = IFF_TAP | IFF_NO_PI};
    int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tap < 0)
        error(1, errno, "cannot open /dev/net/tun (kernel module tun)");
    if (ioctl(tap, TUNSETIFF, &request) != 0)
        error(1, errno, "cannot make the TAP device eth0 of lab%zu", host);
    request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    host_mac(host, (unsigned char *)request.ifr_hwaddr.sa_data);
    if (ioctl(tap, SIOCSIFHWADDR, &request) != 0)
        error(1, errno, "cannot set the address of eth0 of lab%zu", host);
    set_speed(request);
    return tap;
}

static void make_links(uint64_t seed)
{
    links = calloc(link_count, sizeof(*links));
    if (links == NULL)
        error(1, errno, "cannot have %zu links", link_count);
    for (size_t i = 0; i < link_count; i++) {
        enter_net(i);
        links[i].tap = make_tap(i);
        init_wire(&links[i].up, seed ^ i << 32);
        init_wire(&links[i].down, seed ^ (i << 32 | 1UL << 31));
    }
}

/* Frames of a network wait for no processor: go before all that runs on the hosts. */
static void take_precedence(void)
{
    struct sched_param lowest = {.sched_priority = 1};
    if (sched_setscheduler(0, SCHED_FIFO, &lowest) != 0)
        error(0, errno, "no real-time priority, so that frames may be late");
}

static int hangups(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* ---- What happens ---- */

static void watch(int epoll, int fd, size_t index)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = index};
    if (fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        error(1, errno, "cannot wait for frames");
}

/* Index link_count stands for SIGHUP; setting the timer anew is all that the timer needs. */
static void handle(size_t index, int hangup)
{
    struct signalfd_siginfo signal;
    if (index < link_count)
        receive(&links[index]);
    else if (index == link_count && read(hangup, &signal, sizeof(signal)) == sizeof(signal))
        read_models();
}

static void run(void)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC), hangup = hangups();
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    for (size_t i = 0; i < link_count; i++)
        watch(epoll, links[i].tap, i);
    watch(epoll, hangup, link_count);
    watch(epoll, timer, link_count + 1);
    for (int64_t set = 0;;) {
        struct epoll_event events[64];
        int64_t next = move_frames();
        if (next != set)
            set_timer(timer, next);
        set = next;
        int count = epoll_wait(epoll, events, 64, -1);
        if (count < 0 && errno != EINTR)
            error(1, errno, "cannot wait for frames");
        for (int i = 0; i < count; i++)
            handle(events[i].data.u64, hangup);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4)
        error(2, 0, "usage: switch STATE HOSTS SEED; lab up starts it");
    state = argv[1];
    link_count = strtoul(argv[2], NULL, 10);
    int own_net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    make_links(strtoul(argv[3], NULL, 10));
    if (own_net < 0 || setns(own_net, CLONE_NEWNET) != 0)
        error(1, errno, "cannot return to the network namespace of the start");
    read_models();
    take_precedence();
    printf("%d\n", (int)getpid());
    fflush(stdout);
    run();
}
