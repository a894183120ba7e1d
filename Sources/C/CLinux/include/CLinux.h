#ifndef MESHTOP_CLINUX_H
#define MESHTOP_CLINUX_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

// What glibc declares only under _GNU_SOURCE, or as a macro. The define stays in this target: on Swift targets it
// would turn bind, connect and accept into transparent unions that Swift cannot call.

int meshtop_accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);

#endif
