/* ledger_words.c: what a ledger says, and what to do.
 *
 * The proposals keep to what the collector does (runtime/mgcpacer.go): GOMEMLIMIT governs all that
 * the Go runtime maps and has not given back, so what is not Go's must be taken off the container's
 * limit first; and a limit that leaves little room over what is live makes the collector run
 * without end, so the room is checked before a limit is proposed. */
#include <math.h>
#include <stdio.h>

#include "ledger_int.h"

enum { HUNDRED = 100 };
static const int64_t mebibyte = 1 << 20;
/* What is left below the container's limit for what comes between two looks of the collector. */
static const double safety = 0.10;
/* GOGC below which collecting takes the processors over, and from which on there is room to spare
 * (golang/go issue 58106: 10 is where services were seen to burn). */
static const double cramped = 25, roomy = 150;

static void add_bytes(struct sb *out, int64_t bytes)
{
    report_amount(out, bytes, STR("bytes"));
}

static bool is_set(int64_t limit)
{
    return limit > 0 && limit != LIVE_NO_LIMIT;
}

static double share_of(int64_t part, int64_t whole)
{
    return part > 0 && whole > 0 ? (double)part / (double)whole : 0;
}

/* ---- what takes most ---- */

struct taker {
    int64_t bytes;
    const char *what; /* "live heap: objects that the program holds" */
};

static void add_percent(struct sb *out, double share)
{
    sb_addf(out, "%.0f%%", HUNDRED * share);
}

/* Parts of the Go heap are told where they are known, else the whole of it, else all anonymous
 * memory. */
static struct taker largest(const struct live_ledger_facts *facts)
{
    bool parts = facts->live >= 0 || facts->garbage >= 0 || facts->unused >= 0;
    bool heap = !parts && facts->go > 0;
    const struct taker takers[] = {
        {facts->live, "live heap, which the program holds on to"},
        {facts->garbage, "garbage that is not yet collected"},
        {facts->unused, "room in spans between objects (fragmentation)"},
        {facts->free, "heap that Go keeps for reuse"},
        {facts->stacks, "stacks of goroutines"},
        {facts->metadata, "the runtime's own metadata"},
        {heap ? facts->go : 0, "the Go heap"},
        {parts || heap ? 0 : facts->anonymous, "anonymous memory: what the processes allocated"},
        {facts->not_go, "not Go's: C allocations and thread stacks"},
        {facts->cache, "page cache, which the kernel takes back when it must"},
        {facts->kernel, "kernel memory: sockets, page tables, file names"},
    };
    struct taker most = {0, "not known"};
    for (size_t i = 0; i < COUNT_OF(takers); i++)
        if (takers[i].bytes > most.bytes)
            most = takers[i];
    return most;
}

static void explain_limit(const struct live_ledger_facts *facts, struct sb *out)
{
    if (is_set(facts->limit) && facts->usage >= 0) {
        add_percent(out, share_of(facts->usage, facts->limit));
        sb_adds(out, " of the limit of ");
        add_bytes(out, facts->limit);
        sb_adds(out, " is in use");
        if (facts->working_set >= 0 && facts->working_set < facts->usage) {
            sb_adds(out, " (");
            add_percent(out, share_of(facts->working_set, facts->limit));
            sb_adds(out, " without idle page cache)");
        }
        return;
    }
    if (facts->usage >= 0) {
        sb_adds(out, "No limit is set; ");
        add_bytes(out, facts->usage);
        sb_adds(out, " is in use");
    } else if (facts->resident >= 0) {
        sb_adds(out, "No limit is known; the process has ");
        add_bytes(out, facts->resident);
        sb_adds(out, " of memory");
    } else {
        sb_adds(out, "No limit is known");
    }
}

static void explain_site(const struct live_ledger *ledger, struct sb *out)
{
    if (!ledger->sites.len || ledger->sites.at[0].in_use <= 0)
        return;
    const struct live_ledger_site *site = &ledger->sites.at[0];
    sb_adds(out, " Most of what is live comes from ");
    struct str name = function_short(site->function);
    utf8_add_line(out, name);
    sb_adds(out, " (");
    utf8_add_line(out, str_base_name(site->file));
    sb_addf(out, ":%lld): ", (long long)site->line);
    add_bytes(out, site->in_use);
    sb_adds(out, ".");
}

/* The goal is where the heap goes before it is collected; it may lie beyond the limit already. */
static void explain_goal(const struct live_ledger *ledger, struct sb *out)
{
    const struct live_ledger_facts *facts = &ledger->facts;
    int64_t heap = ledger->runtime.heap_objects, goal = ledger->runtime.goal;
    if (!is_set(facts->limit) || facts->usage < 0 || heap < 0 || goal <= heap || !is_set(goal))
        return;
    int64_t coming = facts->usage + goal - heap - (facts->free > 0 ? facts->free : 0);
    if (coming <= facts->limit)
        return;
    sb_adds(out, " The collector lets the heap grow to ");
    add_bytes(out, goal);
    sb_adds(out, " before it is done with the next cycle; that is ");
    add_bytes(out, coming - facts->limit);
    sb_adds(out, " more than the limit leaves: the kernel will kill the program although much of "
                 "that is garbage.");
}

void ledger_explain(const struct live_ledger *ledger, struct sb *out)
{
    const struct live_ledger_facts *facts = &ledger->facts;
    struct taker most = largest(facts);
    explain_limit(facts, out);
    if (most.bytes > 0) {
        sb_adds(out, "; the largest part, ");
        add_bytes(out, most.bytes);
        sb_addf(out, ", is %s.", most.what);
    } else {
        sb_adds(out, ".");
    }
    explain_goal(ledger, out);
    if (most.bytes == facts->live && most.bytes > 0)
        explain_site(ledger, out);
}

/* ---- proposals ---- */

struct proposing {
    const struct live_ledger *ledger;
    struct ledger_proposal *list;
    size_t count;
};

static struct sb *propose(struct proposing *to, const char *setting, const char *value)
{
    if (to->count == LEDGER_PROPOSALS)
        return NULL;
    struct ledger_proposal *one = &to->list[to->count++];
    *one = (struct ledger_proposal){.setting = setting};
    snprintf(one->value, sizeof(one->value), "%s", value);
    sb_init(&one->reason, to->ledger->memory);
    return &one->reason;
}

static int64_t known(int64_t bytes)
{
    return bytes > 0 ? bytes : 0;
}

/* Memory that counts against the container's limit and is not governed by GOMEMLIMIT. */
static int64_t beside_go(const struct live_ledger_facts *facts)
{
    return known(facts->not_go) + known(facts->kernel);
}

/* What the runtime maps beside objects. */
static int64_t beside_objects(const struct live_ledger_facts *facts)
{
    return known(facts->stacks) + known(facts->metadata) + known(facts->unused);
}

/* GOGC that a memory limit amounts to (golang/go issue 58106): the room it leaves over what is
 * live, against what a cycle has to look at. */
static double effective_gogc(const struct live_ledger *ledger, int64_t memory_limit)
{
    const struct live_runtime *runtime = &ledger->runtime;
    double scanned = (double)(known(runtime->live) + known(runtime->stack_scan) +
                              known(runtime->globals_scan));
    double room = 0.97 * (double)(memory_limit - beside_objects(&ledger->facts)) -
                  (double)known(runtime->live);
    return scanned > 0 ? HUNDRED * fmax(room, 0) / scanned : INFINITY;
}

static void propose_larger(struct proposing *to, int64_t memory_limit, double gogc)
{
    const struct live_ledger_facts *facts = &to->ledger->facts;
    int64_t wanted = (int64_t)((double)(2 * known(facts->live) + beside_objects(facts) +
                                        beside_go(facts)) / (1 - safety));
    char value[32];
    snprintf(value, sizeof(value), "%lldMiB", (long long)((wanted + mebibyte - 1) / mebibyte));
    struct sb *out = propose(to, "limit", value);
    if (!out)
        return;
    sb_adds(out, "what is live (");
    add_bytes(out, known(facts->live));
    sb_adds(out, ") leaves no room: a GOMEMLIMIT of ");
    add_bytes(out, memory_limit);
    sb_addf(out, " would be as GOGC=%.0f, and the collector would take the processors over. Raise "
                 "the limit so far that GOGC=100 fits, or hold less: unheap hot "
                 "-sample_index=inuse_space",
            gogc);
}

static void propose_memory_limit(struct proposing *to, int64_t memory_limit, double gogc)
{
    const struct live_ledger_facts *facts = &to->ledger->facts;
    char value[32];
    snprintf(value, sizeof(value), "%lldMiB", (long long)(memory_limit / mebibyte));
    struct sb *out = propose(to, "GOMEMLIMIT", value);
    if (!out)
        return;
    sb_adds(out, "the limit of ");
    add_bytes(out, facts->limit);
    if (beside_go(facts)) {
        sb_adds(out, ", less ");
        add_bytes(out, beside_go(facts));
        sb_adds(out, " that is not the Go runtime's");
    }
    sb_addf(out, ", less %.0f%% for what comes between two cycles", HUNDRED * safety);
    if (isfinite(gogc))
        sb_addf(out, ". With what is live now it leaves room as GOGC=%.0f would", gogc);
    if (is_set(to->ledger->runtime.memory_limit)) {
        sb_adds(out, "; now it is ");
        add_bytes(out, to->ledger->runtime.memory_limit);
    }
}

/* A larger GOGC costs memory that the limit has, and saves cycles. */
static void propose_gogc(struct proposing *to, double gogc)
{
    enum { STEP = 50, MOST = 800 };
    const struct live_runtime *runtime = &to->ledger->runtime;
    char value[32];
    if (!isfinite(gogc) || gogc < roomy || runtime->gogc < 0 || runtime->gogc == LIVE_NO_LIMIT ||
        runtime->live < mebibyte)
        return;
    double fits = fmin(floor(gogc / 2 / STEP) * STEP, MOST);
    if (fits < 1.4 * (double)runtime->gogc)
        return;
    snprintf(value, sizeof(value), "%.0f", fits);
    struct sb *out = propose(to, "GOGC", value);
    if (out)
        sb_addf(out, "the limit has room: cycles come %.1f times less often, and with GOMEMLIMIT "
                     "set they come sooner when it gets narrow",
                fits / (double)runtime->gogc);
}

static void propose_limits(struct proposing *to)
{
    const struct live_ledger_facts *facts = &to->ledger->facts;
    int64_t now = to->ledger->runtime.memory_limit;
    if (!is_set(facts->limit) || to->ledger->runtime.heap_in_use < 0)
        return;
    int64_t best = (int64_t)((double)facts->limit * (1 - safety)) - beside_go(facts);
    best = best / mebibyte * mebibyte;
    double gogc = effective_gogc(to->ledger, best);
    if (best <= 0 || gogc < cramped) {
        propose_larger(to, best > 0 ? best : 0, gogc);
        return;
    }
    bool unset = !is_set(now), high = is_set(now) && now > best + best / 20;
    if (unset || high)
        propose_memory_limit(to, best, gogc);
    propose_gogc(to, gogc);
}

static void propose_for_parts(struct proposing *to)
{
    const struct live_ledger_facts *facts = &to->ledger->facts;
    const struct live_runtime *runtime = &to->ledger->runtime;
    int64_t whole = facts->usage > 0 ? facts->usage : facts->resident;
    struct sb *out = NULL;
    if (share_of(facts->stacks, whole) > 0.2 || runtime->goroutines > 10000) {
        if ((out = propose(to, "", "")) != NULL)
            sb_addf(out, "%lld goroutines: see where they wait with unheap capture -goroutines",
                    (long long)runtime->goroutines);
    }
    if (share_of(facts->not_go, whole) > 0.3 && (out = propose(to, "", "")) != NULL)
        sb_adds(out, "much of the memory is not Go's: C libraries (cgo) allocate it, and neither "
                     "GOMEMLIMIT nor a heap profile sees it");
    if (share_of(facts->cache, whole) > 0.5 && (out = propose(to, "", "")) != NULL)
        sb_adds(out, "most of it is page cache: files that were read or written. The kernel takes "
                     "it back before it kills, but not what is mapped, dirty or in a tmpfs");
    if (share_of(facts->unused, whole) > 0.25 && (out = propose(to, "", "")) != NULL)
        sb_adds(out, "spans are half empty: many objects of few sizes were freed between others "
                     "that live. Fewer and larger objects, or pools by size, keep them full");
}

size_t ledger_propose(const struct live_ledger *ledger, struct ledger_proposal *proposals)
{
    struct proposing to = {.ledger = ledger, .list = proposals};
    propose_limits(&to);
    propose_for_parts(&to);
    return to.count;
}
