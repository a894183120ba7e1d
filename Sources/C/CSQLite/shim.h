#ifndef MESHTOP_CSQLITE_SHIM_H
#define MESHTOP_CSQLITE_SHIM_H

#include <sqlite3.h>

#endif
