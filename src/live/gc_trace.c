/* gc_trace.c: lines of GODEBUG=gctrace=1 and scavtrace=1, out of whatever log they stand in.
 *
 * The runtime prints a line in pieces, each a write of its own, so that other output of the program
 * can stand in the middle of it: such a line is damaged and left out, never guessed. */
#include <stdlib.h>

#include "live_int.h"

#define KIB ((int64_t)1 << 10)
#define MIB ((int64_t)1 << 20)

/* ---- reading a line from left to right ---- */

struct reading {
    struct str rest;
    bool bad;
};

static bool skip_text(struct reading *reading, struct str text)
{
    if (!str_starts(reading->rest, text))
        return false;
    reading->rest = str_skip(reading->rest, text.len);
    return true;
}

static void want_text(struct reading *reading, struct str text)
{
    reading->bad |= !skip_text(reading, text);
}

static bool is_digit(struct str text, size_t at)
{
    return at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9';
}

static uint64_t want_number(struct reading *reading)
{
    uint64_t value = 0;
    size_t n = 0;
    while (is_digit(reading->rest, n))
        n++;
    reading->bad |= !str_to_u64(str_slice(reading->rest, 0, n), &value);
    reading->rest = str_skip(reading->rest, n);
    return value;
}

/* "0.030", "44", as the runtime's fmtNSAsMS and itoaDiv print: no sign, no exponent. */
static double want_decimal(struct reading *reading)
{
    double value = (double)want_number(reading), unit = 1;
    if (!str_starts(reading->rest, STR(".")) || !is_digit(reading->rest, 1))
        return value;
    reading->rest = str_skip(reading->rest, 1);
    for (; is_digit(reading->rest, 0); reading->rest = str_skip(reading->rest, 1))
        value += (reading->rest.ptr[0] - '0') * (unit /= 10);
    return value;
}

static double want_milliseconds(struct reading *reading)
{
    return want_decimal(reading) / 1000;
}

/* gc's units hold what fits into a process: more is damage. */
static int64_t want_bytes(struct reading *reading, int64_t unit)
{
    uint64_t number = want_number(reading);
    reading->bad |= number > (uint64_t)(INT64_MAX / unit);
    return reading->bad ? 0 : (int64_t)number * unit;
}

/* ---- the two kinds of lines ---- */

static void read_times(struct reading *reading, struct gc_cycle *cycle)
{
    cycle->sweep_stop = want_milliseconds(reading);
    want_text(reading, STR("+"));
    cycle->mark = want_milliseconds(reading);
    want_text(reading, STR("+"));
    cycle->mark_stop = want_milliseconds(reading);
    want_text(reading, STR(" ms clock, "));
    cycle->cpu_stop = want_milliseconds(reading);
    want_text(reading, STR("+"));
    cycle->assist = want_milliseconds(reading);
    want_text(reading, STR("/"));
    cycle->background = want_milliseconds(reading);
    want_text(reading, STR("/"));
    cycle->idle = want_milliseconds(reading);
    want_text(reading, STR("+"));
    cycle->cpu_stop += want_milliseconds(reading);
    want_text(reading, STR(" ms cpu, "));
}

/* The scanned stacks and globals are there since Go 1.19 (golang.org/cl/404536). */
static void read_heap(struct reading *reading, struct gc_cycle *cycle)
{
    cycle->heap_start = want_bytes(reading, MIB);
    want_text(reading, STR("->"));
    cycle->heap_end = want_bytes(reading, MIB);
    want_text(reading, STR("->"));
    cycle->live = want_bytes(reading, MIB);
    want_text(reading, STR(" MB, "));
    cycle->goal = want_bytes(reading, MIB);
    want_text(reading, STR(" MB goal, "));
    cycle->stacks = cycle->globals = -1;
    int64_t number = want_bytes(reading, 1);
    if (skip_text(reading, STR(" MB stacks, "))) {
        reading->bad |= number > INT64_MAX / MIB;
        cycle->stacks = reading->bad ? 0 : number * MIB;
        cycle->globals = want_bytes(reading, MIB);
        want_text(reading, STR(" MB globals, "));
        number = want_bytes(reading, 1);
    }
    want_text(reading, STR(" P"));
    reading->bad |= number == 0 || number > UINT16_MAX;
    cycle->processors = (unsigned)number;
}

/* What follows "gc ". */
static bool read_cycle(struct str text, struct gc_cycle *cycle)
{
    struct reading reading = {text, false};
    uint64_t number = want_number(&reading);
    want_text(&reading, STR(" @"));
    cycle->at = want_decimal(&reading);
    want_text(&reading, STR("s "));
    uint64_t percent = want_number(&reading);
    want_text(&reading, STR("%"));
    skip_text(&reading, STR(" (checking for goroutine leaks)")); /* Go 1.26 */
    want_text(&reading, STR(": "));
    read_times(&reading, cycle);
    read_heap(&reading, cycle);
    cycle->forced = skip_text(&reading, STR(" (forced)"));
    reading.bad |= number == 0 || number > UINT32_MAX || percent > 100;
    cycle->number = (uint32_t)number;
    cycle->percent = (unsigned)percent;
    return !reading.bad;
}

/* What follows "scav ": "N KiB work (bg), N KiB work (eager), N KiB now, N% util" since Go 1.21,
 * "N KiB work, N KiB total, N% util" before. */
static bool read_scavenge(struct str text, struct gc_scavenge *scavenge)
{
    struct reading reading = {text, false};
    scavenge->background = want_bytes(&reading, KIB);
    want_text(&reading, STR(" KiB work"));
    if (skip_text(&reading, STR(" (bg), "))) {
        scavenge->eager = want_bytes(&reading, KIB);
        want_text(&reading, STR(" KiB work (eager)"));
    }
    skip_text(&reading, STR(", "));
    scavenge->released = want_bytes(&reading, KIB);
    want_text(&reading, STR(" KiB "));
    if (!skip_text(&reading, STR("now, ")))
        want_text(&reading, STR("total, "));
    scavenge->used_percent = (unsigned)want_number(&reading);
    want_text(&reading, STR("% util"));
    return !reading.bad;
}

/* ---- lines out of a log ---- */

/* The program has started again when its count does. */
static uint32_t run_of(const struct gc_trace *trace, const struct gc_cycle *cycle)
{
    if (trace->cycles.len == 0)
        return 0;
    const struct gc_cycle *last = &trace->cycles.at[trace->cycles.len - 1];
    return last->run + (cycle->number <= last->number && cycle->at < last->at);
}

static void say_full(struct gc_trace *trace)
{
    if (!trace->full)
        diag_add(trace->sink, DIAG_GC_LIMIT, trace->name, trace->lines, DIAG_NO_OFFSET,
                 "more than LIMIT_GC_CYCLES, %d lines; what follows is left out", LIMIT_GC_CYCLES);
    trace->full = true;
}

static void take_cycle(struct gc_trace *trace, struct str text)
{
    struct gc_cycle cycle = {.line = trace->lines};
    if (!read_cycle(text, &cycle)) {
        trace->damaged++;
    } else if (trace->cycles.len >= LIMIT_GC_CYCLES) {
        say_full(trace);
    } else {
        cycle.run = run_of(trace, &cycle);
        trace->amid += trace->cycles.len && cycle.number > 1 &&
                       cycle.run != trace->cycles.at[trace->cycles.len - 1].run;
        VEC_PUSH(trace->memory, &trace->cycles, cycle);
    }
}

static void take_scavenge(struct gc_trace *trace, struct str text)
{
    struct gc_scavenge scavenge = {.line = trace->lines, .after_cycle = trace->cycles.len};
    if (!read_scavenge(text, &scavenge))
        trace->damaged++;
    else if (trace->scavenges.len >= LIMIT_GC_CYCLES)
        say_full(trace);
    else
        VEC_PUSH(trace->memory, &trace->scavenges, scavenge);
}

/* Is there "gc 12 @" at `at`, not in the middle of a word? */
static bool is_cycle_at(struct str line, size_t at)
{
    size_t n = at + 3;
    if (at > 0 && ((line.ptr[at - 1] | 32) >= 'a' && (line.ptr[at - 1] | 32) <= 'z'))
        return false;
    while (is_digit(line, n))
        n++;
    return n > at + 3 && str_starts(str_skip(line, n), STR(" @"));
}

/* ---- what a log makes of a line ---- */

enum { ESCAPE = 033 };

static bool is_between(char c, char first, char last)
{
    return c >= first && c <= last;
}

/* How long the colour or the like is that stands at the start, its ESC as it is or as JSON has it
 * (ECMA-48, control sequences); 0: there is none. */
static size_t control_length(struct str text)
{
    size_t n = 0;
    if (text.len && text.ptr[0] == ESCAPE)
        n = 1;
    else if (str_starts(text, STR("\\u001b")) || str_starts(text, STR("\\u001B")))
        n = 6;
    if (n == 0 || n >= text.len || text.ptr[n] != '[')
        return 0;
    n++;
    while (n < text.len && is_between(text.ptr[n], ' ', '?'))
        n++;
    return n < text.len && is_between(text.ptr[n], '@', '~') ? n + 1 : 0;
}

/* The line without colours, and with each '>' that is escaped in JSON (encoding/json does, so
 * Docker's logs do: "173-\u003e203"). */
static struct str clean_line(struct gc_trace *trace, struct str line)
{
    if (str_find_char(line, ESCAPE) < 0 && !str_contains(line, STR("\\u00")))
        return line;
    sb_clear(&trace->clean);
    while (line.len) {
        size_t control = control_length(line);
        bool greater = str_starts(line, STR("\\u003e")) || str_starts(line, STR("\\u003E"));
        if (!control)
            sb_addc(&trace->clean, greater ? '>' : line.ptr[0]);
        line = str_skip(line, control ? control : greater ? 6 : 1);
    }
    return sb_str(&trace->clean);
}

static void take_line(struct gc_trace *trace, struct str line)
{
    trace->lines++;
    line = clean_line(trace, line);
    for (struct str rest = line;;) {
        ptrdiff_t at = str_find(rest, STR("gc "));
        if (at < 0)
            break;
        if (is_cycle_at(rest, (size_t)at)) {
            take_cycle(trace, str_skip(rest, (size_t)at + 3));
            return;
        }
        rest = str_skip(rest, (size_t)at + 3);
    }
    ptrdiff_t at = str_find(line, STR("scav "));
    if (at >= 0 && is_digit(line, (size_t)at + 5) && str_contains(line, STR(" KiB work")))
        take_scavenge(trace, str_skip(line, (size_t)at + 5));
}

/* ---- the stream ---- */

void gc_trace_init(struct gc_trace *trace, struct str name, const struct memory *memory,
                   struct diag_sink *sink)
{
    *trace = (struct gc_trace){.memory = memory, .name = name, .sink = sink};
    sb_init(&trace->rest, memory);
    sb_init(&trace->clean, memory);
}

static void keep_rest(struct gc_trace *trace, struct str text)
{
    if (trace->dropping)
        return;
    if (trace->rest.len + text.len > LIMIT_GC_LINE_BYTES) {
        trace->dropping = true; /* no line of the runtime is that long */
        sb_clear(&trace->rest);
    } else {
        sb_add(&trace->rest, text);
    }
}

void gc_trace_feed(struct gc_trace *trace, const char *bytes, size_t n)
{
    struct str text = {bytes, n};
    for (ptrdiff_t end; (end = str_find_char(text, '\n')) >= 0;) {
        struct str line = str_slice(text, 0, (size_t)end);
        text = str_skip(text, (size_t)end + 1);
        if (trace->rest.len || trace->dropping) {
            keep_rest(trace, line);
            line = sb_str(&trace->rest);
        }
        take_line(trace, line);
        sb_clear(&trace->rest);
        trace->dropping = false;
    }
    keep_rest(trace, text);
}

void gc_trace_finish(struct gc_trace *trace)
{
    if (trace->rest.len || trace->dropping)
        take_line(trace, sb_str(&trace->rest));
    sb_clear(&trace->rest);
    trace->dropping = false;
}

void gc_trace_release(struct gc_trace *trace)
{
    VEC_RELEASE(trace->memory, &trace->cycles);
    VEC_RELEASE(trace->memory, &trace->scavenges);
    sb_release(&trace->rest);
    sb_release(&trace->clean);
}
