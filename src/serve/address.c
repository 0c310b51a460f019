/* address.c: "host:port" to a socket's address and back. Names are not looked up: only localhost is
 * known, so that a server cannot come to listen where nobody meant it to. */
#include "serve_int.h"

#include <arpa/inet.h>
#include <stdio.h>

enum { PORT_MAX = 65535, HOST_MAX = 64 };

static bool read_host(struct str host, union address *address)
{
    char text[HOST_MAX];
    if (host.len == 0 || str_is(host, "localhost"))
        host = STR("127.0.0.1");
    bool v6 = str_starts(host, STR("[")) && str_ends(host, STR("]"));
    if (v6)
        host = str_slice(host, 1, host.len - 1);
    if (host.len >= sizeof(text))
        return false;
    snprintf(text, sizeof(text), "%.*s", STR_ARGS(host));
    address->any.sa_family = v6 ? AF_INET6 : AF_INET;
    return inet_pton(address->any.sa_family, text,
                     v6 ? (void *)&address->v6.sin6_addr : (void *)&address->v4.sin_addr) == 1;
}

bool address_read(struct str text, union address *address)
{
    ptrdiff_t colon = str_find_last(text, ':');
    uint64_t port;
    *address = (union address){0};
    if (colon < 0 || !str_to_u64(str_skip(text, (size_t)colon + 1), &port) || port > PORT_MAX ||
        !read_host(str_slice(text, 0, (size_t)colon), address))
        return false;
    if (address->any.sa_family == AF_INET6)
        address->v6.sin6_port = htons((uint16_t)port);
    else
        address->v4.sin_port = htons((uint16_t)port);
    return true;
}

bool address_is_loopback(const union address *address)
{
    if (address->any.sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
    return ntohl(address->v4.sin_addr.s_addr) >> 24 == 127;
}

bool address_names_loopback(struct str host)
{
    union address address;
    ptrdiff_t colon = str_find_last(host, ':');
    if (colon >= 0 && !str_ends(host, STR("]")))
        host = str_slice(host, 0, (size_t)colon);
    return host.len && read_host(host, &address) && address_is_loopback(&address);
}

void address_show(const union address *address, unsigned port, struct sb *out)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (address->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof(text));
        sb_addf(out, "[%s]:%u", text, port);
    } else {
        inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof(text));
        sb_addf(out, "%s:%u", text, port);
    }
}
