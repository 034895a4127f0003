/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pulse/post.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAGIC = 0x66616e50 };

static bool has_address(const fan_pulse_place *place, uint32_t address)
{
    for (int i = 0; i < place->address_count; i++)
        if (place->addresses[i] == address)
            return true;
    return false;
}

static void add_address(fan_pulse_place *place, uint32_t address)
{
    if (!has_address(place, address) && place->address_count < FAN_PULSE_ADDRESSES)
        place->addresses[place->address_count++] = address;
}

/* The loopback serves processes of one host, also where that has no network. */
static void find_addresses(fan_pulse_place *place)
{
    struct ifaddrs *all = NULL;
    add_address(place, htonl(INADDR_LOOPBACK));
    if (getifaddrs(&all) != 0)
        return;
    for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
        struct sockaddr_in address;
        if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET || !(i->ifa_flags & IFF_UP) ||
            (i->ifa_flags & IFF_LOOPBACK))
            continue;
        memcpy(&address, i->ifa_addr, sizeof address);
        add_address(place, address.sin_addr.s_addr);
    }
    freeifaddrs(all);
}

static bool bind_socket(int fd, fan_pulse_place *place)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
    socklen_t length = sizeof name;
    if (bind(fd, (struct sockaddr *)&name, sizeof name) != 0 ||
        getsockname(fd, (struct sockaddr *)&name, &length) != 0)
        return false;
    place->port = name.sin_port;
    return true;
}

bool fan_pulse_post_open(fan_pulse_place *place, int *fd)
{
    memset(place, 0, sizeof *place);
    gethostname(place->host, sizeof place->host - 1);
    *fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0)
        return false;
    if (getrandom(&place->key, sizeof place->key, 0) == sizeof place->key &&
        bind_socket(*fd, place)) {
        find_addresses(place);
        return true;
    }
    close(*fd);
    return false;
}

void fan_pulse_post_send(int fd, const fan_pulse_place *to, fan_pulse_kind kind, uint64_t from,
                         uint64_t about)
{
    const fan_pulse_message message = {MAGIC, kind, to->key, from, about};
    for (int i = 0; i < to->address_count; i++) {
        struct sockaddr_in name = {
            .sin_family = AF_INET, .sin_port = to->port, .sin_addr.s_addr = to->addresses[i]};
        sendto(fd, &message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&name,
               sizeof name);
    }
}

/* A connected socket is told of ICMP's "port unreachable" (udp(7)). */
static bool is_refused(uint32_t address, uint16_t port)
{
    enum { PATIENCE_MS = 200 };
    const char nothing = 0;
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = address};
    struct pollfd fd = {.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), .events = POLLIN};
    if (fd.fd < 0)
        return false;
    int error = 0;
    socklen_t length = sizeof error;
    if (connect(fd.fd, (struct sockaddr *)&name, sizeof name) == 0 &&
        send(fd.fd, &nothing, sizeof nothing, MSG_NOSIGNAL) >= 0 && poll(&fd, 1, PATIENCE_MS) > 0)
        getsockopt(fd.fd, SOL_SOCKET, SO_ERROR, &error, &length);
    close(fd.fd);
    return error == ECONNREFUSED;
}

/* Another host may have the same addresses for its own use: the loopback, those of containers. */
bool fan_pulse_post_has_ended(const fan_pulse_place *place, const fan_pulse_place *own)
{
    bool is_here = strcmp(place->host, own->host) == 0;
    for (int i = 0; i < place->address_count; i++)
        if ((is_here || !has_address(own, place->addresses[i])) &&
            is_refused(place->addresses[i], place->port))
            return true;
    return false;
}

static void answer(int fd, const fan_pulse_message *question, const struct sockaddr_in *from)
{
    const fan_pulse_message message = {MAGIC, FAN_PULSE_ANSWER, question->from, question->to, 0};
    sendto(fd, &message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)from,
           sizeof *from);
}

bool fan_pulse_post_take(int fd, uint64_t own, fan_pulse_message *message)
{
    struct sockaddr_in from;
    ssize_t length;
    for (socklen_t size = sizeof from;
         (length = recvfrom(fd, message, sizeof *message, MSG_DONTWAIT | MSG_TRUNC,
                            (struct sockaddr *)&from, &size)) >= 0;
         size = sizeof from) {
        if (length != sizeof *message || message->magic != MAGIC || message->to != own)
            continue;
        if (message->kind == FAN_PULSE_ASK)
            answer(fd, message, &from);
        return true;
    }
    return false;
}
