/* sqlite_int.h: SQLite, loaded when a history is wanted. */
#ifndef UNHEAP_SQLITE_INT_H
#define UNHEAP_SQLITE_INT_H

#include <sqlite3.h>

#include "base/base.h"

/* The functions that are used, by their own names. */
#define SQLITE_FUNCTIONS(X)  \
    X(sqlite3_open_v2)       \
    X(sqlite3_close_v2)      \
    X(sqlite3_exec)          \
    X(sqlite3_errmsg)        \
    X(sqlite3_busy_timeout)  \
    X(sqlite3_prepare_v2)    \
    X(sqlite3_bind_int64)    \
    X(sqlite3_bind_double)   \
    X(sqlite3_bind_text)     \
    X(sqlite3_bind_null)     \
    X(sqlite3_step)          \
    X(sqlite3_reset)         \
    X(sqlite3_finalize)      \
    X(sqlite3_column_type)   \
    X(sqlite3_column_int64)  \
    X(sqlite3_column_double) \
    X(sqlite3_column_text)   \
    X(sqlite3_last_insert_rowid)
struct sqlite {
    void *handle;
#define X(name) __typeof__(name) *name;
    SQLITE_FUNCTIONS(X)
#undef X
};
/* Told when it is not there. */
NODISCARD enum status sqlite_load(struct sqlite *sqlite, struct diag_sink *sink);
void sqlite_release(struct sqlite *sqlite);

#endif
