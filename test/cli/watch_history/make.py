"""make.py FILE: a history as version 1 of its schema has it: an hour of a service that is killed for
memory, and a job with a hostile name beside it; then the clock is set back."""
import sqlite3
import sys

START = 1_764_000_000
MB = 1 << 20
SCHEMA = """
CREATE TABLE process(id INTEGER PRIMARY KEY, pid INTEGER, start_ticks INTEGER, name TEXT,
    go_version TEXT, since REAL);
CREATE TABLE sample(id INTEGER PRIMARY KEY, at REAL, process INTEGER, rss, used, headroom, heap, live,
    goal, allocated, goroutines, cycles, pause_seconds, cpu_seconds, gc_cpu, psi);
CREATE TABLE event(id INTEGER PRIMARY KEY, at REAL, process INTEGER, kind TEXT, rule TEXT, text TEXT,
    waits INTEGER NOT NULL DEFAULT 0);
CREATE TABLE total(rule TEXT, kind TEXT, value INTEGER, PRIMARY KEY(rule, kind));
PRAGMA user_version=1;
"""
database = sqlite3.connect(sys.argv[1])
database.executescript(SCHEMA)
database.execute("INSERT INTO process VALUES(1, 4711, 1, 'shop', 'go1.26.8', ?)", (START - 600,))
database.execute("INSERT INTO process VALUES(2, 99, 2, 'job\x1b[31m', '', ?)", (START,))


def add(table, *values):
    database.execute(f"INSERT INTO {table} VALUES(NULL{', ?' * len(values)})", values)


for step in range(0, 3601, 10):
    at, rss = START + step, (100 + step // 10) * MB
    saw = rss * (60 + step // 10 % 30) // 100
    add("sample", at, 1, rss, rss + 2 * MB, 512 * MB - rss - 2 * MB, saw, saw // 2, saw,
        step * 3 * MB, 40 + step, step // 7, step * 1e-5, step * 0.25, 0.02 + step * 1e-5,
        max(0, step - 3000) * 1e-4)
    if not 600 <= step < 1200 and step % 100 == 0:
        add("sample", at, 2, 30 * MB, 30 * MB, *[None] * 11)
add("event", START, 1, "watched", "", "go1.26.8", 0)
add("event", START + 3200, 1, "fired", "near", "shop", 0)
add("event", START + 3200, 0, "webhook", "near", '{"schema":"unheap.watch.event/1"}', 1)
add("event", START + 3200.2, 1, "capture", "near",
    "/var/lib/unheap/unheap-20251124T165320.000Z-shop-4711-near.pb.gz", 0)
add("event", START + 3601, 1, "ended", "",
    "it has ended; the kernel killed in its cgroup, for memory", 0)
add("event", START + 3590, 0, "delivered", "near", "", 0)  # the clock was set back
database.commit()
