#ifndef MESHTOP_CSNAPPY_SHIM_H
#define MESHTOP_CSNAPPY_SHIM_H

#include <snappy-c.h>

#endif
