/* sqlite.c: SQLite is found at run time. */
#include "sqlite_int.h"

enum status sqlite_load(struct sqlite *sqlite, struct diag_sink *sink)
{
    static const char *const names[] = {"libsqlite3.so.0", "libsqlite3.so"};
    const struct library_function functions[] = {
#define X(name) {#name, &sqlite->name},
        SQLITE_FUNCTIONS(X)
#undef X
    };
    sqlite->handle = library_open(names, COUNT_OF(names), functions, COUNT_OF(functions));
    if (sqlite->handle)
        return STATUS_OK;
    diag_add(sink, DIAG_WATCH_HISTORY, STR_NONE, 0, DIAG_NO_OFFSET,
             "libsqlite3 cannot be loaded: apt-get install libsqlite3-0");
    return STATUS_NOT_FOUND;
}

void sqlite_release(struct sqlite *sqlite)
{
    library_close(sqlite->handle);
    sqlite->handle = NULL;
}
