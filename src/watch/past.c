/* past.c: the history, read back: by another process than the daemon that wrote it, after that has
 * ended or while it goes on. */
#include <math.h>

#include "sqlite_int.h"
#include "watch_int.h"

static const struct column {
    const char *name;
    enum watch_unit unit;
} columns[] = {
#define X(NAME, column, part, type, unit) {#column, WATCH_##unit},
#include "watch_columns.h"
#undef X
};

const char *watch_column_name(enum watch_column column)
{
    return columns[column].name;
}

enum watch_unit watch_column_unit(enum watch_column column)
{
    return columns[column].unit;
}

/* Rows begin with these, the same for both tables. */
#define ROW "r.at, p.id, p.pid, p.since, p.name, p.go_version"
#define OF_PROCESS " r LEFT JOIN process p ON p.id = r.process WHERE r.at >= ? "
enum { ROW_COLUMNS = 6, BUSY_MILLISECONDS = 2000 };

static const char select_samples[] = "SELECT " ROW
#define X(NAME, column, part, type, unit) ", r." #column
#include "watch_columns.h"
#undef X
    " FROM sample" OF_PROCESS "ORDER BY r.id";
static const char select_events[] =
    "SELECT " ROW ", r.kind, r.rule, r.text FROM event" OF_PROCESS
    "AND r.kind <> 'webhook' ORDER BY r.id";
/* The newest row is the one written last: clocks may be set back. */
static const char select_last[] =
    "SELECT max(at) FROM (SELECT * FROM (SELECT at FROM sample ORDER BY id DESC LIMIT 1) UNION ALL"
    " SELECT * FROM (SELECT at FROM event ORDER BY id DESC LIMIT 1)) WHERE at >= ?";
static const char select_first[] =
    "SELECT min(at) FROM (SELECT at FROM sample UNION ALL SELECT at FROM event) WHERE at >= ?";

struct past {
    struct sqlite sqlite;
    sqlite3 *database;
    sqlite3_stmt *statement;
    const struct watch_past_visitor *visitor;
};

static const char *text_at(const struct past *past, int column)
{
    const unsigned char *text = past->sqlite.sqlite3_column_text(past->statement, column);
    return text ? (const char *)text : "";
}

static double number_at(const struct past *past, int column)
{
    bool known = past->sqlite.sqlite3_column_type(past->statement, column) != SQLITE_NULL;
    return known ? past->sqlite.sqlite3_column_double(past->statement, column) : NAN;
}

/* ---- a row ---- */

static double take_row(const struct past *past, struct watch_past_process *process)
{
    *process = (struct watch_past_process){
        .id = past->sqlite.sqlite3_column_int64(past->statement, 1),
        .pid = (int)past->sqlite.sqlite3_column_int64(past->statement, 2),
        .since = past->sqlite.sqlite3_column_double(past->statement, 3),
        .name = text_at(past, 4),
        .go_version = text_at(past, 5),
    };
    return past->sqlite.sqlite3_column_double(past->statement, 0);
}

static void show_sample(const struct past *past)
{
    struct watch_past_sample sample;
    sample.at = take_row(past, &sample.process);
    for (int i = 0; i < WATCH_COLUMNS; i++)
        sample.values[i] = number_at(past, ROW_COLUMNS + i);
    past->visitor->sample(past->visitor->ctx, &sample);
}

static void show_event(const struct past *past)
{
    struct watch_past_event event;
    event.at = take_row(past, &event.process);
    event.kind = text_at(past, ROW_COLUMNS);
    event.rule = text_at(past, ROW_COLUMNS + 1);
    event.text = text_at(past, ROW_COLUMNS + 2);
    past->visitor->event(past->visitor->ctx, &event);
}

/* ---- queries ---- */

/* Every row of a query with a time in it; false when it failed in the middle. */
static bool query(struct past *past, const char *sql, double since,
                  void (*show)(const struct past *past))
{
    struct sqlite *sqlite = &past->sqlite;
    int step = SQLITE_ERROR;
    if (sqlite->sqlite3_prepare_v2(past->database, sql, -1, &past->statement, NULL) != SQLITE_OK)
        return false;
    sqlite->sqlite3_bind_double(past->statement, 1, since);
    while ((step = sqlite->sqlite3_step(past->statement)) == SQLITE_ROW && show)
        show(past);
    return step == SQLITE_DONE || step == SQLITE_ROW;
}

static void end_query(struct past *past)
{
    past->sqlite.sqlite3_finalize(past->statement);
    past->statement = NULL;
}

static bool query_number(struct past *past, const char *sql, double since, double *value)
{
    bool good = query(past, sql, since, NULL);
    *value = good ? past->sqlite.sqlite3_column_double(past->statement, 0) : 0;
    if (good)
        end_query(past);
    return good;
}

static bool read_span(struct past *past, double seconds, struct watch_past_span *span)
{
    if (!query_number(past, select_last, 0, &span->last))
        return false;
    return query_number(past, select_first, span->last - seconds, &span->first);
}

static bool read_rows(struct past *past, const char *sql, double since,
                      void (*show)(const struct past *past))
{
    bool good = query(past, sql, since, show);
    if (good)
        end_query(past); /* else its message is still wanted */
    return good;
}

/* One transaction, so that the daemon's writing does not come between. */
static bool read_all(struct past *past, double seconds, struct watch_past_span *span)
{
    struct sqlite *sqlite = &past->sqlite;
    sqlite->sqlite3_busy_timeout(past->database, BUSY_MILLISECONDS);
    return sqlite->sqlite3_exec(past->database, "BEGIN", NULL, NULL, NULL) == SQLITE_OK &&
           read_span(past, seconds, span) &&
           read_rows(past, select_samples, span->last - seconds, show_sample) &&
           read_rows(past, select_events, span->last - seconds, show_event);
}

enum status watch_past_read(const char *path, double seconds,
                            const struct watch_past_visitor *visitor, struct diag_sink *sink,
                            struct watch_past_span *span)
{
    struct past past = {.visitor = visitor};
    *span = (struct watch_past_span){0};
    enum status status = sqlite_load(&past.sqlite, sink);
    if (status)
        return status;
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    bool good = past.sqlite.sqlite3_open_v2(path, &past.database, flags, NULL) == SQLITE_OK &&
                read_all(&past, seconds, span);
    if (!good)
        diag_add(sink, DIAG_WATCH_HISTORY, str_from(path), 0, DIAG_NO_OFFSET, "%s",
                 past.sqlite.sqlite3_errmsg(past.database));
    end_query(&past);
    past.sqlite.sqlite3_close_v2(past.database);
    sqlite_release(&past.sqlite);
    return good ? STATUS_OK : STATUS_BAD_INPUT;
}
