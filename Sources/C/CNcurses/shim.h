#ifndef MESHTOP_CNCURSES_SHIM_H
#define MESHTOP_CNCURSES_SHIM_H

// The wide-character interface exists only when this is said before the header; ncurses' .pc file says it with
// flags that the package manager forbids, so it is said here.
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>

// tiparm is variadic, which Swift cannot call.
static inline const char *meshtop_tiparm1(const char *format, int a) { return tiparm(format, a); }
static inline const char *meshtop_tiparm2(const char *format, int a, int b) { return tiparm(format, a, b); }

#endif
