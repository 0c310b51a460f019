/* fuzz_watch.c: any bytes as a trigger, as an amount, as an Accept header and as the answer of the
 * child that reads the top sites. What is taken for a rule makes sense, says the same when it is
 * read again, and can be judged. */
#include <math.h>

#include "watch/watch_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    BUG("fuzz_watch: memory ran out");
}
static const struct memory memory = {give_up, NULL};

static void check_condition(const struct watch_condition *condition)
{
    if ((unsigned)condition->figure >= WATCH_FIGURES || !(condition->value >= 0) ||
        isinf(condition->value))
        BUG("a condition without sense");
    if (condition->growth && !(condition->window > 0 && condition->window <= LIMIT_WATCH_WINDOW))
        BUG("growth over no time, or too long a one");
}

static void check_rule(const struct watch_rule *rule)
{
    if (!rule->condition_count || rule->condition_count > WATCH_CONDITIONS ||
        rule->actions & ~(unsigned)(WATCH_CAPTURE | WATCH_WEBHOOK | WATCH_COMMAND) ||
        !(rule->hold >= 0) || !(rule->cool >= 0) || !*rule->name)
        BUG("a rule without sense");
    for (size_t i = 0; i < rule->condition_count; i++)
        check_condition(&rule->conditions[i]);
}

static void judge(const struct watch_rule *rule)
{
    struct trend trend;
    struct rule_state kept = {0};
    trend_init(&trend, LIMIT_WATCH_WINDOW);
    for (int i = 0; i < 10; i++) {
        struct watch_sample sample;
        watch_sample_init(&sample);
        sample.at = i * i;
        sample.limit = i % 3 ? INT64_C(1) << (30 + i) : LIVE_NO_LIMIT;
        sample.used = sample.usage.resident = INT64_C(1) << (i * 4);
        trend_add(&trend, &sample);
        trend_judge(&trend, &sample);
        (void)rule_fires(rule, &sample, &trend, &kept);
        if (!(rules_patience(rule, 1, &sample, 1) > 0))
            BUG("it would not wait");
    }
}

static void read_rule(struct str text)
{
    struct watch_rule rule, again;
    struct diag_sink *sink = diag_sink_new(&memory);
    bool good = watch_rule_parse(text, sink, &rule);
    if (good == (diag_count(sink) != 0))
        BUG("a rule and a complaint, or neither");
    if (good) {
        check_rule(&rule);
        judge(&rule);
        if (!watch_rule_parse(str_from(rule.text), sink, &again) ||
            again.condition_count != rule.condition_count || again.actions != rule.actions)
            BUG("the same words, another rule");
    }
    diag_sink_free(sink);
}

static void read_sites(struct str text)
{
    struct watch watch = {.memory = &memory, .options.sites = WATCH_SITES_MAX};
    struct target target = {0};
    pthread_mutex_init(&watch.lock, NULL);
    sites_take(&watch, &target, text);
    if (target.site_count > WATCH_SITES_MAX)
        BUG("more sites than there is room for");
    memory_put(&memory, target.sites);
    pthread_mutex_destroy(&watch.lock);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct str text = {(const char *)bytes, n};
    int64_t amount;
    double seconds;
    read_rule(text);
    if (watch_bytes_parse(text, &amount) && amount < 1)
        BUG("an amount below one");
    if (watch_seconds_parse(text, &seconds) && !(seconds > 0))
        BUG("no time");
    (void)watch_wants_open_metrics(text);
    read_sites(text);
    return 0;
}
