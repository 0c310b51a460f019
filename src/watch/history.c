/* history.c: what was seen and done, in a small SQLite database that outlives the daemon.
 *
 * H1. Write-ahead log: a process that is killed at any moment loses no transaction that was
 *     committed (https://www.sqlite.org/wal.html). What is told or counted as done was committed
 *     before.
 * H2. The file stays about as large as it may: the oldest tenth of the samples goes when nine
 *     tenths are in use, then that of the events, and SQLite itself has the size as its ceiling
 *     (max_page_count).
 * H3. What cannot be written (a full disk) is counted and told once; the daemon goes on.
 *
 * SQLite is loaded when a history is wanted. */
#include <math.h>
#include <stdio.h>

#include "sqlite_int.h"
#include "watch_int.h"

static const struct field columns[] = {
#define X(name, column, part, type, unit) FIELD_##type(part),
#include "watch_columns.h"
#undef X
};

enum { PAGE_BYTES = 4096, BUSY_MILLISECONDS = 200 };
static const double TRIM_SECONDS = 30;

struct history {
    const struct memory *memory;
    struct sqlite sqlite;
    sqlite3 *database;
    sqlite3_stmt *add_process, *add_sample, *add_event, *count;
    int64_t new_process, last_process; /* rows: the newest, and the newest that was committed */
    double trimmed_at;
    int64_t bytes;
    bool told;     /* that writing fails */
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS process(id INTEGER PRIMARY KEY, pid INTEGER, start_ticks INTEGER,"
    " name TEXT, go_version TEXT, since REAL);"
    "CREATE TABLE IF NOT EXISTS sample(id INTEGER PRIMARY KEY, at REAL, process INTEGER"
#define X(name, column, part, type, unit) ", " #column
#include "watch_columns.h"
#undef X
    ");"
    "CREATE TABLE IF NOT EXISTS event(id INTEGER PRIMARY KEY, at REAL, process INTEGER, kind TEXT,"
    " rule TEXT, text TEXT, waits INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE IF NOT EXISTS total(rule TEXT, kind TEXT, value INTEGER,"
    " PRIMARY KEY(rule, kind));"
    "PRAGMA user_version=1;";

/* ---- opening ---- */

static bool run(struct history *history, const char *sql)
{
    return history->sqlite.sqlite3_exec(history->database, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool prepare(struct history *history, sqlite3_stmt **statement, const char *sql)
{
    return history->sqlite.sqlite3_prepare_v2(history->database, sql, -1, statement, NULL) ==
           SQLITE_OK;
}

static bool prepare_all(struct history *history)
{
    return prepare(history, &history->add_process,
                   "INSERT INTO process(pid, start_ticks, name, go_version, since)"
                   " VALUES(?, ?, ?, ?, ?)") &&
           prepare(history, &history->add_sample,
                   "INSERT INTO sample(at, process"
#define X(name, column, part, type, unit) ", " #column
#include "watch_columns.h"
#undef X
                   ") VALUES(?, ?"
#define X(name, column, part, type, unit) ", ?"
#include "watch_columns.h"
#undef X
                   ")") &&
           prepare(history, &history->add_event,
                   "INSERT INTO event(at, process, kind, rule, text, waits)"
                   " VALUES(?, ?, ?, ?, ?, ?)") &&
           prepare(history, &history->count,
                   "INSERT INTO total VALUES(?, ?, 1)"
                   " ON CONFLICT(rule, kind) DO UPDATE SET value = value + 1");
}

static bool set_up(struct history *history)
{
    char limit[128];
    snprintf(limit, sizeof(limit), "PRAGMA max_page_count=%lld;",
             (long long)(history->bytes / PAGE_BYTES));
    history->sqlite.sqlite3_busy_timeout(history->database, BUSY_MILLISECONDS);
    return run(history, "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                        "PRAGMA cache_size=-128; PRAGMA wal_autocheckpoint=128;"
                        "PRAGMA journal_size_limit=1048576; PRAGMA temp_store=MEMORY;") &&
           run(history, limit) && run(history, schema) && prepare_all(history);
}

enum status history_open(const char *path, int64_t bytes, const struct memory *memory,
                         struct diag_sink *sink, struct history **out)
{
    struct history *history = memory_get(memory, sizeof(*history));
    *history = (struct history){.memory = memory, .bytes = bytes};
    enum status status = sqlite_load(&history->sqlite, sink);
    if (!status) {
        int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
        bool good = history->sqlite.sqlite3_open_v2(path, &history->database, flags, NULL) ==
                        SQLITE_OK &&
                    set_up(history);
        if (!good) {
            diag_add(sink, DIAG_WATCH_HISTORY, str_from(path), 0, DIAG_NO_OFFSET, "%s",
                     history->sqlite.sqlite3_errmsg(history->database));
            status = STATUS_IO;
        }
    }
    *out = history;
    if (status) {
        history_close(history);
        *out = NULL;
    }
    return status;
}

void history_close(struct history *history)
{
    if (!history)
        return;
    struct sqlite *sqlite = &history->sqlite;
    if (history->database) {
        sqlite->sqlite3_finalize(history->add_process);
        sqlite->sqlite3_finalize(history->add_sample);
        sqlite->sqlite3_finalize(history->add_event);
        sqlite->sqlite3_finalize(history->count);
        sqlite->sqlite3_close_v2(history->database);
    }
    sqlite_release(sqlite);
    memory_put(history->memory, history);
}

/* ---- writing ---- */

static void bind_text(struct history *history, sqlite3_stmt *statement, int place, const char *text)
{
    /* The text outlives the step: no copy. */
    history->sqlite.sqlite3_bind_text(statement, place, text, -1, NULL);
}

static bool step(struct history *history, sqlite3_stmt *statement)
{
    bool done = history->sqlite.sqlite3_step(statement) == SQLITE_DONE;
    history->sqlite.sqlite3_reset(statement);
    return done;
}

static void failed(struct watch *watch)
{
    struct history *history = watch->history;
    pthread_mutex_lock(&watch->lock);
    watch->totals.history_failures++;
    pthread_mutex_unlock(&watch->lock);
    if (!history->told)
        watch_tell(watch, "the history cannot be written: %s",
                   history->sqlite.sqlite3_errmsg(history->database));
    history->told = true;
}

static bool add_process(struct history *history, struct target *target)
{
    struct sqlite *sqlite = &history->sqlite;
    sqlite3_stmt *statement = history->add_process;
    sqlite->sqlite3_bind_int64(statement, 1, target->pid);
    sqlite->sqlite3_bind_int64(statement, 2, (sqlite3_int64)target->start_ticks);
    bind_text(history, statement, 3, target->name);
    bind_text(history, statement, 4, target->go_version);
    sqlite->sqlite3_bind_double(statement, 5, clock_wall());
    if (!step(history, statement))
        return false;
    target->row = history->new_process = sqlite->sqlite3_last_insert_rowid(history->database);
    return true;
}

static bool add_sample(struct history *history, struct target *target)
{
    struct sqlite *sqlite = &history->sqlite;
    sqlite3_stmt *statement = history->add_sample;
    if (!target->row && !add_process(history, target))
        return false;
    if (!(target->sample.at > 0)) /* not yet looked at */
        return true;
    sqlite->sqlite3_bind_double(statement, 1, target->sample.wall);
    sqlite->sqlite3_bind_int64(statement, 2, target->row);
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        double value = field_value(&target->sample, &columns[i]);
        if (isnan(value) || isinf(value))
            sqlite->sqlite3_bind_null(statement, (int)i + 3);
        else if (columns[i].kind == FIELD_INT)
            sqlite->sqlite3_bind_int64(statement, (int)i + 3, (sqlite3_int64)value);
        else
            sqlite->sqlite3_bind_double(statement, (int)i + 3, value);
    }
    return step(history, statement);
}

/* Rows of processes that a rolled back transaction had added are none. */
static void roll_back(struct watch *watch)
{
    struct history *history = watch->history;
    run(history, "ROLLBACK");
    for (size_t i = 0; i < watch->targets.len; i++)
        if (watch->targets.at[i]->row > history->last_process)
            watch->targets.at[i]->row = 0;
}

static bool finish(struct watch *watch, bool good)
{
    struct history *history = watch->history;
    if (good && run(history, "COMMIT")) {
        history->last_process = history->new_process;
        history->told = false;
        return true;
    }
    failed(watch); /* before the reason is forgotten */
    roll_back(watch);
    return false;
}

/* ---- how much is kept ---- */

static int64_t number(struct history *history, const char *sql)
{
    sqlite3_stmt *statement;
    int64_t value = 0;
    if (!prepare(history, &statement, sql))
        return 0;
    if (history->sqlite.sqlite3_step(statement) == SQLITE_ROW)
        value = history->sqlite.sqlite3_column_int64(statement, 0);
    history->sqlite.sqlite3_finalize(statement);
    return value;
}

static bool is_full(struct history *history)
{
    int64_t pages = number(history, "PRAGMA page_count") -
                    number(history, "PRAGMA freelist_count");
    return pages * PAGE_BYTES >= history->bytes / 10 * 9;
}

static void history_trim(struct watch *watch, double now)
{
    struct history *history = watch->history;
    if (now - history->trimmed_at < TRIM_SECONDS)
        return;
    history->trimmed_at = now;
    if (!is_full(history))
        return;
    bool good = run(history,
                    "DELETE FROM sample WHERE id < (SELECT min(id) + (max(id) - min(id)) / 10 + 1"
                    " FROM sample);"
                    "DELETE FROM process WHERE id < (SELECT min(process) FROM sample);");
    if (good && is_full(history)) /* it is events that fill it */
        good = run(history,
                   "DELETE FROM event WHERE waits = 0 AND id <"
                   " (SELECT min(id) + (max(id) - min(id)) / 10 + 1 FROM event);");
    if (!good)
        failed(watch);
}

/* ---- samples and events ---- */

void history_samples(struct watch *watch, double now)
{
    if (!watch->history || now - watch->history_at < watch->options.history_every)
        return;
    watch->history_at = now;
    bool good = run(watch->history, "BEGIN IMMEDIATE");
    for (size_t i = 0; good && i < watch->targets.len; i++)
        if (watch->targets.at[i]->sample.alive)
            good = add_sample(watch->history, watch->targets.at[i]);
    (void)finish(watch, good);
    history_trim(watch, now);
}

static bool add_event(struct history *history, const struct history_event *event)
{
    struct sqlite *sqlite = &history->sqlite;
    sqlite3_stmt *statement = history->add_event;
    sqlite->sqlite3_bind_double(statement, 1, clock_wall());
    sqlite->sqlite3_bind_int64(statement, 2, event->process);
    bind_text(history, statement, 3, event->kind);
    bind_text(history, statement, 4, event->rule);
    bind_text(history, statement, 5, event->text);
    sqlite->sqlite3_bind_int64(statement, 6, event->waits);
    return step(history, statement);
}

int64_t history_event(struct watch *watch, const struct history_event *event,
                      struct target *target)
{
    struct history *history = watch->history;
    struct history_event whole = *event;
    if (!history)
        return 0;
    bool good = run(history, "BEGIN IMMEDIATE");
    if (good && target) {
        good = add_sample(history, target);
        whole.process = target->row;
    }
    good = good && add_event(history, &whole);
    int64_t row = history->sqlite.sqlite3_last_insert_rowid(history->database);
    if (good) {
        bind_text(history, history->count, 1, event->rule);
        bind_text(history, history->count, 2, event->kind);
        good = step(history, history->count);
    }
    return finish(watch, good) ? row : 0;
}

/* ---- after a restart ---- */

void history_done(struct watch *watch, int64_t row)
{
    struct history *history = watch->history;
    struct sb sql;
    if (!history)
        return;
    sb_init(&sql, history->memory);
    sb_addf(&sql, "UPDATE event SET waits = 0 WHERE id = %" PRId64, row);
    if (!run(history, sql.text))
        failed(watch);
    sb_release(&sql);
}

void history_waiting(struct watch *watch)
{
    struct history *history = watch->history;
    struct sqlite *sqlite = &history->sqlite;
    sqlite3_stmt *statement;
    if (!watch->options.webhook ||
        !prepare(history, &statement, "SELECT id, rule, text FROM event WHERE waits ORDER BY id"))
        return;
    while (sqlite->sqlite3_step(statement) == SQLITE_ROW) {
        const char *rule = (const char *)sqlite->sqlite3_column_text(statement, 1);
        const char *text = (const char *)sqlite->sqlite3_column_text(statement, 2);
        if (rule && text)
            hand_take_up(watch, sqlite->sqlite3_column_int64(statement, 0), rule, text);
    }
    sqlite->sqlite3_finalize(statement);
}

void history_restore(struct watch *watch)
{
    struct history *history = watch->history;
    struct sqlite *sqlite = &history->sqlite;
    sqlite3_stmt *statement;
    if (!prepare(history, &statement, "SELECT rule, kind, value FROM total"))
        return;
    while (sqlite->sqlite3_step(statement) == SQLITE_ROW) {
        const char *rule = (const char *)sqlite->sqlite3_column_text(statement, 0);
        const char *kind = (const char *)sqlite->sqlite3_column_text(statement, 1);
        for (size_t i = 0; rule && kind && i < watch->options.rule_count; i++) {
            uint64_t *count = count_of(&watch->counts[i], kind);
            if (count && strcmp(rule, watch->options.rules[i].name) == 0)
                *count = (uint64_t)sqlite->sqlite3_column_int64(statement, 2);
        }
    }
    sqlite->sqlite3_finalize(statement);
}
