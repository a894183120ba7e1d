#ifndef MESHTOP_CTERMINAL_H
#define MESHTOP_CTERMINAL_H

#include <stddef.h>

// Signals and the terminal, for one terminal per process. In C, because Swift code may not run in a signal handler.
// A target of its own and not a shim header, because the state must exist once and not once per object file.

// The size of the terminal behind a descriptor; -1 when it does not tell. ioctl is variadic, which Swift cannot call.
int meshtop_terminal_size(int descriptor, int *columns, int *rows);

// Remembers the line settings of the terminal as they are now; -1 when it is none.
int meshtop_rescue_remember(int descriptor);

// From now on meshtop_rescue_run, and every fatal signal, writes `bytes` and puts the remembered settings back.
// At most 512 bytes; -1 when there are more.
int meshtop_rescue_arm(const unsigned char *bytes, size_t length);

// Puts the terminal back, once. Async-signal-safe.
void meshtop_rescue_run(void);

// Takes over the signals that kill by default and those that the loop handles. The latter are noted, and 1 is added to
// the eventfd `wake`. A terminating signal that comes again before the loop took the first acts at once: a loop that
// hangs can still be ended from the keyboard.
void meshtop_signals_install(int wake);

// Gives the signals back to whoever had them.
void meshtop_signals_remove(void);

// Whether that signal came since the last call.
int meshtop_signal_take(int number);

// Stops the whole foreground job as Ctrl-Z would, and returns when it goes on.
void meshtop_stop_job(void);

// While another program has the terminal, what the keyboard sends is for that one: ignores its signals, or takes them
// again. Nothing happens when they are as asked already.
void meshtop_keyboard_ignore(int ignored);

// A pseudo terminal for tests: glibc declares these functions only under _XOPEN_SOURCE. Both ends close on exec; -1 with
// errno when there is none to be had.
int meshtop_pty_open(int *terminal, int *program);
int meshtop_pty_resize(int descriptor, int columns, int rows);

// Whether the terminal shows what is typed by itself, as it does for a shell.
int meshtop_terminal_echoes(int descriptor);

#endif
