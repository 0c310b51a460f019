/* units.c: amounts with units, as pprof scales and rounds them (internal/measurement). */
#include "view/view_int.h"

#include <math.h>

struct unit {
    const char *name;       /* as it is written */
    const char *aliases[3]; /* lower case, singular */
    double factor;
};

struct unit_family {
    const struct unit *units;
    size_t count;
    const char *fallback; /* the unit for what fits no other */
    double fallback_factor;
};

static const struct unit bytes[] = {
    {"B", {"b", "byte"}, 1},
    {"kB", {"kb", "kbyte", "kilobyte"}, 0x1p10},
    {"MB", {"mb", "mbyte", "megabyte"}, 0x1p20},
    {"GB", {"gb", "gbyte", "gigabyte"}, 0x1p30},
    {"TB", {"tb", "tbyte", "terabyte"}, 0x1p40},
    {"PB", {"pb", "pbyte", "petabyte"}, 0x1p50},
};
static const struct unit times[] = {
    {"ns", {"ns", "nanosecond"}, 1},
    {"us", {"\xce\xbcs", "us", "microsecond"}, 1e3},
    {"ms", {"ms", "millisecond"}, 1e6},
    {"s", {"s", "sec", "second"}, 1e9},
    {"hrs", {"hour", "hr"}, 3600e9},
};
static const struct unit gcus[] = {
    {"n*GCU", {"nanogcu"}, 1e-9}, {"u*GCU", {"microgcu"}, 1e-6}, {"m*GCU", {"milligcu"}, 1e-3},
    {"GCU", {"gcu"}, 1},          {"k*GCU", {"kilogcu"}, 1e3},   {"M*GCU", {"megagcu"}, 1e6},
    {"G*GCU", {"gigagcu"}, 1e9},  {"T*GCU", {"teragcu"}, 1e12},  {"P*GCU", {"petagcu"}, 1e15},
};
static const struct unit_family families[] = {
    {bytes, COUNT_OF(bytes), "B", 1},
    {times, COUNT_OF(times), "s", 1e9},
    {gcus, COUNT_OF(gcus), "GCU", 1},
};

/* Letter case does not count, nor does a plural's s. */
static const struct unit *find_unit(const struct unit_family *family, struct str name)
{
    char lower[24];
    if (name.len >= sizeof(lower))
        return NULL;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        lower[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    struct str wanted = {lower, name.len};
    if (wanted.len > 2 && lower[wanted.len - 1] == 's')
        wanted.len--;
    for (size_t i = 0; i < family->count; i++)
        for (size_t j = 0; j < 3 && family->units[i].aliases[j]; j++)
            if (str_is(wanted, family->units[i].aliases[j]))
                return &family->units[i];
    return NULL;
}

static bool is_automatic(struct str unit)
{
    return str_is(unit, "minimum") || str_is(unit, "auto");
}

/* The largest unit of which there is at least one. */
static const struct unit *natural_unit(const struct unit_family *family, double value)
{
    const struct unit *best = NULL;
    for (size_t i = 0; i < family->count; i++)
        if (value / family->units[i].factor >= 1.0)
            best = &family->units[i];
    return best;
}

static struct view_amount convert(const struct unit_family *family, const struct unit *from,
                                  int64_t value, struct str to)
{
    double base = (double)value * from->factor;
    const struct unit *unit = is_automatic(to) ? natural_unit(family, base) : find_unit(family, to);
    if (!unit)
        return (struct view_amount){base / family->fallback_factor, str_from(family->fallback)};
    return (struct view_amount){base / unit->factor, str_from(unit->name)};
}

/* Units that say nothing are not written. */
static bool is_dull(struct str unit)
{
    static const char *const dull[] = {"count", "sample", "unit", "minimum", "auto"};
    for (size_t i = 0; i < COUNT_OF(dull); i++)
        if (str_is(unit, dull[i]))
            return true;
    return false;
}

struct view_amount units_scale(int64_t value, struct str from, struct str to)
{
    if (value < 0 && value != INT64_MIN) {
        struct view_amount amount = units_scale(-value, from, to);
        amount.value = -amount.value;
        return amount;
    }
    for (size_t i = 0; i < COUNT_OF(families); i++) {
        const struct unit *unit = find_unit(&families[i], from);
        if (unit)
            return convert(&families[i], unit, value, to);
    }
    return (struct view_amount){(double)value, is_dull(to) ? STR("") : to};
}

bool units_related(struct str a, struct str b)
{
    if (str_equal(a, b))
        return true;
    for (size_t i = 0; i < COUNT_OF(families); i++)
        if (find_unit(&families[i], a) && find_unit(&families[i], b))
            return true;
    return false;
}

void units_add(struct sb *out, int64_t value, struct str from, struct str to)
{
    struct view_amount amount = units_scale(value, from, to);
    char text[400];
    int n = snprintf(text, sizeof(text), "%.2f", amount.value);
    struct str digits = {text, (size_t)n};
    if (str_ends(digits, STR(".00")))
        digits.len -= 3;
    if (str_is(digits, "0") || str_is(digits, "-0")) {
        sb_addc(out, '0');
        return;
    }
    sb_add(out, digits);
    sb_add(out, amount.unit);
}

void view_amount(int64_t value, struct str from, struct str to, struct sb *out)
{
    units_add(out, value, from, to);
}

/* At least two digits; close to all is all. */
struct percent_text units_percent(int64_t value, int64_t total)
{
    struct percent_text result;
    double percent = total ? fabs((double)value / (double)total) * 100 : 0;
    const char *fmt = percent >= 1.0 ? "%5.2f%%" : "%5.2g%%";
    if (percent >= 99.95 && percent <= 100.05)
        snprintf(result.text, sizeof(result.text), "  100%%");
    else
        snprintf(result.text, sizeof(result.text), fmt, percent);
    return result;
}
