#include "CLinux.h"

#include <fcntl.h>
#include <stdlib.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <pthread.h>
#include <resolv.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

int meshtop_accept4(int listener, struct sockaddr *address, socklen_t *length, int flags) {
    return accept4(listener, address, length, flags);
}

void meshtop_name_thread(const char *name) {
    char cut[16];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = 0;
    pthread_setname_np(pthread_self(), cut);
}

const char *meshtop_error_text(int code, char *buffer, size_t capacity) { return strerror_r(code, buffer, capacity); }

int meshtop_dns_query(
    const char *name, int type, const struct sockaddr_in *server, unsigned char *answer, int capacity, int *failure) {
    struct __res_state state;
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0) {
        *failure = NETDB_INTERNAL;
        return -1;
    }
    if (server) {
        state.nscount = 1;
        state.nsaddr_list[0] = *server;
    }
    // The defaults wait up to 20 seconds for a server that is silent; this is six.
    state.retrans = 2;
    state.retry = 2;
    int length = res_nquery(&state, name, ns_c_in, type, answer, capacity);
    *failure = length < 0 ? state.res_h_errno : 0;
    res_nclose(&state);
    return length;
}

static int local_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address->sun_path, path);
    return 0;
}

static int closed_with_errno(int descriptor) {
    int code = errno;
    close(descriptor);
    errno = code;
    return -1;
}

int meshtop_local_listen(const char *path) {
    struct sockaddr_un address;
    if (local_address(path, &address) < 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    // On Linux the file that bind makes has the socket's own mode: there is no moment when others may connect.
    if (fchmod(descriptor, 0600) < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0
        || listen(descriptor, 4) < 0)
        return closed_with_errno(descriptor);
    return descriptor;
}

int meshtop_local_connect(const char *path, int patience) {
    struct sockaddr_un address;
    if (local_address(path, &address) < 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    struct timeval limit = {.tv_sec = patience};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) return closed_with_errno(descriptor);
    return descriptor;
}

ssize_t meshtop_send_descriptor(int socket, const void *bytes, size_t count, int descriptor) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec piece = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = sizeof control.space;
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

ssize_t meshtop_receive_descriptor(int socket, void *bytes, size_t capacity, int *descriptor) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(8 * sizeof(int))];
    } control;
    struct iovec piece = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.space};
    *descriptor = -1;
    ssize_t count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (count < 0) return count;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        size_t passed = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < passed; index += 1) {
            int one;
            memcpy(&one, CMSG_DATA(part) + index * sizeof one, sizeof one);
            if (*descriptor < 0) *descriptor = one;
            else close(one);
        }
    }
    return count;
}

char **meshtop_environment(void) { return environ; }

int meshtop_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

// In the child of vfork. The parent sleeps until exec or _exit and shares its memory: nothing here may change what the
// parent relies on, so it only makes system calls and reports the failed one through `failure`.
static void become(
    const char *path, char *const arguments[], char *const environment[], const char *directory, const int standard[3],
    int death_signal, volatile int *failure) {
    if (death_signal && prctl(PR_SET_PDEATHSIG, death_signal) < 0) goto failed;
    for (int target = 0; target < 3; target += 1) {
        // dup2 onto itself would keep close-on-exec, so that case clears the flag instead.
        if (standard[target] == target) {
            if (fcntl(target, F_SETFD, 0) < 0) goto failed;
        } else if (dup2(standard[target], target) < 0) {
            goto failed;
        }
    }
    if (directory && chdir(directory) < 0) goto failed;
    struct sigaction standard_action = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number += 1) sigaction(number, &standard_action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvpe(path, arguments, environment);
failed:
    *failure = errno;
    _exit(127);
}

pid_t meshtop_spawn(
    const char *path, char *const arguments[], char *const environment[], const char *directory, const int standard[3],
    int death_signal) {
    // A handler of the parent must not run on the shared memory of the child.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    volatile int failure = 0;
    pid_t process = vfork();
    if (process == 0) become(path, arguments, environment, directory, standard, death_signal, &failure);
    int code = process < 0 ? errno : failure;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (process > 0 && failure) waitpid(process, NULL, 0);
    errno = code;
    return code ? -1 : process;
}

int meshtop_open_pseudoterminal(char *path, size_t capacity) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0) return -1;
    if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, path, capacity) == 0) return master;
    int failure = errno;
    close(master);
    errno = failure;
    return -1;
}
