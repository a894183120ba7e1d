#ifndef MESHTOP_CLINUX_H
#define MESHTOP_CLINUX_H

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>

// What glibc declares only under _GNU_SOURCE, or as a macro. The define stays in this target: on Swift targets it
// would turn bind, connect and accept into transparent unions that Swift cannot call.

// An eventfd that never blocks and is not inherited. Its flags are enumerators and macros at once, and which of the two
// Swift sees depends on the modules around.
static inline int meshtop_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

// A new pseudoterminal: its master, which does not block, with the slave's path in `path`; -1 with errno when there is none.
int meshtop_open_pseudoterminal(char *path, size_t capacity);

int meshtop_accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);

// pthread_setname_np on the calling thread; names longer than 15 bytes are cut, as the kernel would refuse them.
void meshtop_name_thread(const char *name);

// strerror_r, whose two incompatible signatures depend on feature macros.
const char *meshtop_error_text(int code, char *buffer, size_t capacity);

// A descriptor that becomes readable when the process ends; glibc 2.36 has no wrapper that Swift sees.
int meshtop_pidfd_open(pid_t process);

// Starts a program with descriptors 0, 1 and 2 as given, default signal handlers and an empty signal mask, and asks
// the kernel to kill it when the calling thread dies. It is vfork because Swift cannot run code between fork and
// exec: only async-signal-safe calls are allowed there. Returns the process, or -1 with errno of the failed step.
pid_t meshtop_spawn(
    const char *path, char *const arguments[], char *const environment[], const char *directory, const int standard[3],
    int death_signal);

// Asks a DNS server, or those of resolv.conf when `server` is null, for the records of a type. Blocks. Returns the length
// of the answer, which may be more than fits, or -1 with h_errno's number in `failure`. res_nquery is a macro over a
// versioned name, and its state a struct of bit fields.
int meshtop_dns_query(
    const char *name, int type, const struct sockaddr_in *server, unsigned char *answer, int capacity, int *failure);

// A local socket (AF_UNIX) of whole messages that listens at a path, or is connected to one: -1 with errno when that
// fails, ENAMETOOLONG for a path that the kernel has no room for. The listening one does not block, and only its owner
// may connect to it; the connected one waits at most `patience` seconds. sockaddr_un ends in an array, which is a tuple
// of 108 members in Swift.
int meshtop_local_listen(const char *path);
int meshtop_local_connect(const char *path, int patience);

// A message with a descriptor beside it, or none (-1). CMSG_DATA and its like are macros. Both return what sendmsg and
// recvmsg do; a received descriptor is close-on-exec, and those beyond the first are closed.
ssize_t meshtop_send_descriptor(int socket, const void *bytes, size_t count, int descriptor);
ssize_t meshtop_receive_descriptor(int socket, void *bytes, size_t capacity, int *descriptor);

// The environment, a global that Swift refuses as shared mutable state.
char **meshtop_environment(void);

// The status macros of wait(2).
static inline int meshtop_stopped(int status) { return WIFSTOPPED(status); }
static inline int meshtop_exited(int status) { return WIFEXITED(status); }
static inline int meshtop_exit_code(int status) { return WEXITSTATUS(status); }
static inline int meshtop_exit_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

#endif
