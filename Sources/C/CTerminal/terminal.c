#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define SIGNALS 65

static struct {
    // Set last by arm and cleared first by run: a handler sees either all of what follows or nothing.
    volatile sig_atomic_t armed;
    int descriptor;
    struct termios settings;
    size_t length;
    unsigned char bytes[512];
} rescue;

static volatile sig_atomic_t pending[SIGNALS];
static int wake_descriptor = -1;
static int installed;
static struct sigaction before[SIGNALS];

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP};
static const int ending[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
static const int noted[] = {SIGWINCH, SIGTSTP, SIGCONT};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

int meshtop_terminal_size(int descriptor, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}

int meshtop_rescue_remember(int descriptor) {
    rescue.armed = 0;
    rescue.descriptor = descriptor;
    return tcgetattr(descriptor, &rescue.settings);
}

int meshtop_rescue_arm(const unsigned char *bytes, size_t length) {
    if (length > sizeof rescue.bytes) return -1;
    rescue.armed = 0;
    memcpy(rescue.bytes, bytes, length);
    rescue.length = length;
    rescue.armed = 1;
    return 0;
}

void meshtop_rescue_run(void) {
    if (!rescue.armed) return;
    rescue.armed = 0;
    size_t done = 0;
    while (done < rescue.length) {
        ssize_t count = write(rescue.descriptor, rescue.bytes + done, rescue.length - done);
        if (count < 0) {
            if (errno == EINTR) continue;
            break;
        }
        done += (size_t)count;
    }
    tcsetattr(rescue.descriptor, TCSANOW, &rescue.settings);
}

// The terminal first; then whoever had the signal before us acts, the default action or Swift's backtracer, which then
// prints to a terminal that shows it. A fault is met again by returning to the instruction that caused it, so the
// backtrace is of the fault and not of this handler. What was sent by kill or raise would not come again; nor would a
// breakpoint, whose instruction is already behind us on x86.
static void on_fatal_signal(int number, siginfo_t *information, void *context) {
    (void)context;
    int saved = errno;
    meshtop_rescue_run();
    sigaction(number, &before[number], NULL);
    if (number == SIGTRAP || information->si_code <= 0) raise(number);
    errno = saved;
}

static void on_loop_signal(int number) {
    int saved = errno;
    if (number > 0 && number < SIGNALS) {
        if (pending[number]) {
            for (size_t index = 0; index < COUNT(ending); index++) {
                if (ending[index] != number) continue;
                meshtop_rescue_run();
                signal(number, SIG_DFL);
                raise(number);
            }
        }
        pending[number] = 1;
    }
    unsigned long long one = 1;
    ssize_t written = write(wake_descriptor, &one, sizeof one);
    (void)written;
    errno = saved;
}

static void handle(const int *numbers, size_t count, int is_fatal, int keeps_ignored) {
    for (size_t index = 0; index < count; index++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        if (is_fatal) {
            action.sa_sigaction = on_fatal_signal;
            // On the alternate stack if the thread has one: a stack that ran over must reach the handler too.
            action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        } else {
            action.sa_handler = on_loop_signal;
            action.sa_flags = SA_ONSTACK;
        }
        sigaction(numbers[index], &action, &before[numbers[index]]);
        // nohup: what was to be ignored stays ignored.
        if (keeps_ignored && before[numbers[index]].sa_handler == SIG_IGN) {
            sigaction(numbers[index], &before[numbers[index]], NULL);
        }
    }
}

void meshtop_signals_install(int wake) {
    if (installed) return;
    installed = 1;
    wake_descriptor = wake;
    for (int number = 0; number < SIGNALS; number++) pending[number] = 0;
    handle(fatal, COUNT(fatal), 1, 0);
    handle(ending, COUNT(ending), 0, 1);
    handle(noted, COUNT(noted), 0, 1);
}

static void give_back(const int *numbers, size_t count) {
    for (size_t index = 0; index < count; index++) sigaction(numbers[index], &before[numbers[index]], NULL);
}

void meshtop_signals_remove(void) {
    if (!installed) return;
    installed = 0;
    give_back(fatal, COUNT(fatal));
    give_back(ending, COUNT(ending));
    give_back(noted, COUNT(noted));
}

int meshtop_signal_take(int number) {
    if (number <= 0 || number >= SIGNALS || !pending[number]) return 0;
    pending[number] = 0;
    return 1;
}

void meshtop_stop_job(void) {
    // Where Ctrl-Z is ignored nobody could make the job go on.
    if (installed && before[SIGTSTP].sa_handler == SIG_IGN) return;
    struct sigaction action, ours;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &action, &ours);
    sigset_t set, old;
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &set, &old);
    kill(0, SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    sigaction(SIGTSTP, &ours, NULL);
}

void meshtop_keyboard_ignore(int ignored) {
    static const int keyboard[] = {SIGINT, SIGQUIT, SIGTSTP};
    static struct sigaction ours[COUNT(keyboard)];
    static int is_ignored;
    if (is_ignored == (ignored != 0)) return;
    is_ignored = ignored != 0;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_IGN;
    for (size_t index = 0; index < COUNT(keyboard); index++) {
        sigaction(keyboard[index], is_ignored ? &action : &ours[index], is_ignored ? &ours[index] : NULL);
    }
}

int meshtop_pty_open(int *terminal, int *program) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0) return -1;
    char name[128];
    int slave = -1;
    if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof name) == 0) {
        slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    if (slave < 0) {
        int saved = errno;
        close(master);
        errno = saved;
        return -1;
    }
    *terminal = master;
    *program = slave;
    return 0;
}

int meshtop_pty_resize(int descriptor, int columns, int rows) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    return ioctl(descriptor, TIOCSWINSZ, &size);
}

int meshtop_terminal_echoes(int descriptor) {
    struct termios settings;
    return tcgetattr(descriptor, &settings) == 0 && (settings.c_lflag & ECHO) != 0;
}
