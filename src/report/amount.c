/* amount.c: bytes, counts and shares for people.
 *
 * Bytes are written as `go tool pprof` writes them, digit for digit, so that a figure of a report
 * can be searched for in pprof's output and the other way round (google/pprof,
 * internal/measurement: units of 1024 with the largest that gives at least 1, two decimals, ".00"
 * left out). */
#include <stdio.h>

#include "report_int.h"

struct unit_step {
    double factor;
    const char *name;
};

static const struct unit_step byte_steps[] = {
    {0x1p50, "PB"}, {0x1p40, "TB"}, {0x1p30, "GB"}, {0x1p20, "MB"}, {0x1p10, "kB"}, {1, "B"},
};
static const struct unit_step count_steps[] = {
    {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""},
};

/* The largest step that gives at least 1; the last for less. */
static const struct unit_step *step_for(double size, bool bytes)
{
    const struct unit_step *step = bytes ? byte_steps : count_steps;
    while (step->factor > 1 && size < step->factor)
        step++;
    return step;
}

static bool is_bytes(struct str unit)
{
    return str_is(unit, "bytes") || str_is(unit, "byte") || str_is(unit, "B");
}

static double magnitude(int64_t value)
{
    return value < 0 ? -(double)value : (double)value;
}

/* Two decimals, or none when they are zeros. */
static void add_decimals(struct sb *out, double number)
{
    char text[64];
    int n = snprintf(text, sizeof(text), "%.2f", number);
    if (n > 3 && strcmp(text + n - 3, ".00") == 0)
        text[n - 3] = '\0';
    sb_adds(out, text);
}

/* 1.23, 12.3, 123 */
static void add_three_digits(struct sb *out, double number)
{
    sb_addf(out, "%.*f", number < 9.995 ? 2 : number < 99.95 ? 1 : 0, number);
}

void report_amount(struct sb *out, int64_t value, struct str unit)
{
    if (value == 0) {
        sb_addc(out, '0');
        return;
    }
    double size = magnitude(value);
    bool bytes = is_bytes(unit);
    const struct unit_step *step = step_for(size, bytes);
    if (value < 0)
        sb_addc(out, '-');
    if (bytes)
        add_decimals(out, size / step->factor);
    else if (step->factor == 1)
        sb_addf(out, "%.0f", size);
    else
        add_three_digits(out, size / step->factor);
    sb_adds(out, step->name);
}

static void add_scaled(struct sb *out, int64_t value, const struct unit_step *step)
{
    if (value < 0)
        sb_addc(out, '-');
    if (value == 0 || step->factor == 1)
        sb_addf(out, "%.0f", magnitude(value));
    else
        add_three_digits(out, magnitude(value) / step->factor);
}

void amount_range(struct sb *out, int64_t low, int64_t high, struct str unit)
{
    double larger = magnitude(high) > magnitude(low) ? magnitude(high) : magnitude(low);
    const struct unit_step *step = step_for(larger, is_bytes(unit));
    add_scaled(out, low, step);
    sb_adds(out, "–");
    add_scaled(out, high, step);
    sb_adds(out, step->name);
}

double amount_fraction(int64_t value, int64_t total)
{
    return total == 0 ? 0 : (double)value / (double)total;
}

void report_share(struct sb *out, int64_t value, int64_t total)
{
    double percent = amount_fraction(value, total) * 100;
    if (percent > 0 && percent < 0.05)
        sb_adds(out, "<0.1%");
    else
        sb_addf(out, "%.1f%%", percent);
}

void amount_grouped(struct sb *out, uint64_t count)
{
    char digits[32];
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)count);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            sb_addc(out, ',');
        sb_addc(out, digits[i]);
    }
}
