/* judge.c: which rules hold for a target, which of them fire now, and how soon to look again.
 *
 * J1. What grows by up to ASSUMED_RATE passes no rule about memory by more than it grows in the
 *     least time between two looks: a profile has to be written before the kernel kills. */
#include <math.h>

#include "watch_int.h"

static const double ASSUMED_RATE = 1e9;  /* bytes a second */
static const double PULSE_LEAST = 0.01;  /* seconds between two looks at the size */
static const double PULSE_PER_TARGET = 0.0005;

static bool compare(double value, const struct watch_condition *condition)
{
    if (isnan(value))
        return false;
    switch (condition->comparison) {
    case WATCH_ABOVE:
        return value > condition->value;
    case WATCH_AT_LEAST:
        return value >= condition->value;
    case WATCH_BELOW:
        return value < condition->value;
    case WATCH_AT_MOST:
        return value <= condition->value;
    }
    BUG("watch: unknown comparison");
}

/* What a condition looks at: a figure as it is, its share of the limit, or its growth. */
static double condition_value(const struct watch_condition *condition,
                              const struct watch_sample *sample, const struct trend *trend)
{
    if (condition->growth)
        return trend_growth(trend, condition);
    double value = watch_figure_value(sample, condition->figure);
    if (!condition->relative)
        return value;
    return sample->limit == LIVE_NO_LIMIT ? NAN : value / (double)sample->limit;
}

static bool rule_holds(const struct watch_rule *rule, const struct watch_sample *sample,
                       const struct trend *trend)
{
    for (size_t i = 0; i < rule->condition_count; i++) {
        const struct watch_condition *condition = &rule->conditions[i];
        if (!compare(condition_value(condition, sample, trend), condition))
            return false;
    }
    return true;
}

bool rule_fires(const struct watch_rule *rule, const struct watch_sample *sample,
                const struct trend *trend, struct rule_state *state)
{
    if (!rule_holds(rule, sample, trend)) {
        state->active = false;
        return false;
    }
    if (!state->active)
        state->since = sample->at;
    state->active = true;
    bool cooling = state->fired && sample->at - state->last < rule->cool;
    if (cooling || sample->at - state->since < rule->hold)
        return false;
    state->fired = true;
    state->last = sample->at;
    return true;
}

uint64_t *count_of(struct rule_counts *counts, const char *kind)
{
    if (strcmp(kind, "fired") == 0)
        return &counts->fired;
    if (strcmp(kind, "capture") == 0)
        return &counts->captures;
    if (strcmp(kind, "capture failed") == 0)
        return &counts->capture_failures;
    if (strcmp(kind, "delivered") == 0)
        return &counts->deliveries;
    if (strcmp(kind, "not delivered") == 0)
        return &counts->delivery_failures;
    return strcmp(kind, "command") == 0 ? &counts->commands : NULL;
}

/* How far `used` and rss may go until a rule that looks at them as they are can hold. The limit
 * itself counts too. */
static double distance_to_rules(const struct watch_rule *rules, size_t count,
                                const struct watch_sample *sample)
{
    double nearest = sample->headroom >= 0 ? (double)sample->headroom : INFINITY;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < rules[i].condition_count; k++) {
            const struct watch_condition *condition = &rules[i].conditions[k];
            bool memory = condition->figure == WATCH_RSS || condition->figure == WATCH_USED;
            if (!memory || condition->growth || (condition->relative &&
                                                 sample->limit == LIVE_NO_LIMIT))
                continue;
            double scale = condition->relative ? (double)sample->limit : 1;
            double distance = condition->value * scale -
                              watch_figure_value(sample, condition->figure);
            if (distance > 0 && distance < nearest)
                nearest = distance;
        }
    }
    return nearest;
}

double rules_patience(const struct watch_rule *rules, size_t count,
                      const struct watch_sample *sample, size_t target_count)
{
    double least = PULSE_LEAST + PULSE_PER_TARGET * (double)target_count;
    return fmax(least, distance_to_rules(rules, count, sample) / ASSUMED_RATE); /* J1 */
}
