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

/* ---- digits ---- */

enum { MAX_DECIMALS = 5 };
static const uint32_t powers[MAX_DECIMALS + 1] = {1, 10, 100, 1000, 10000, 100000};

/* The number value * 10^decimals rounds to; false where it is close to the middle between two, so
 * that only printf, which knows the exact value, can tell which is the nearer. */
static bool round_clearly(double value, unsigned decimals, uint64_t *rounded)
{
    double scaled = value * powers[decimals], below = floor(scaled);
    if (!(scaled < 1e13) || fabs(scaled - below - 0.5) < 0.01) /* 1e13: still exact to 0.002 */
        return false;
    *rounded = (uint64_t)below + (scaled - below > 0.5);
    return true;
}

/* number / 10^decimals, from right to left; returns where it begins. */
static char *put_decimal(char *end, uint64_t number, unsigned decimals)
{
    for (unsigned i = 0; number || i <= decimals; i++) {
        if (i == decimals && decimals)
            *--end = '.';
        *--end = (char)('0' + number % 10);
        number /= 10;
    }
    return end;
}

/* As printf's "%.2f", which takes ten times as long. */
static struct str two_decimals(double value, char text[400])
{
    uint64_t rounded;
    char *end = text + 32;
    if (!round_clearly(fabs(value), 2, &rounded)) {
        int n = snprintf(text, 400, "%.2f", value);
        return (struct str){text, (size_t)n};
    }
    char *start = put_decimal(end, rounded, 2);
    if (signbit(value))
        *--start = '-';
    return str_span(start, end);
}

/* As printf's "%.2g" of what is not negative. */
static struct str two_digits(double value, char text[400])
{
    uint64_t rounded;
    unsigned decimals = 2;
    char *end = text + 32;
    if (value == 0)
        return STR("0");
    while (decimals < MAX_DECIMALS && value * powers[decimals] < 10)
        decimals++;
    if (value >= 1 || value < 1.1e-4 || !round_clearly(value, decimals, &rounded)) {
        int n = snprintf(text, 400, "%.2g", value);
        return (struct str){text, (size_t)n};
    }
    char *start = put_decimal(end, rounded, decimals);
    while (end[-1] == '0')
        end--;
    return str_span(start, end[-1] == '.' ? end - 1 : end);
}

void units_add(struct sb *out, int64_t value, struct str from, struct str to)
{
    struct view_amount amount = units_scale(value, from, to);
    char text[400];
    struct str digits = two_decimals(amount.value, text);
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
    char text[400];
    double percent = total ? fabs((double)value / (double)total) * 100 : 0;
    struct str digits = percent >= 1.0 ? two_decimals(percent, text) : two_digits(percent, text);
    if (percent >= 99.95 && percent <= 100.05)
        digits = STR("100");
    size_t blanks = digits.len < 5 ? 5 - digits.len : 0;
    memset(result.text, ' ', blanks);
    memcpy(result.text + blanks, digits.ptr, digits.len);
    memcpy(result.text + blanks + digits.len, "%", 2);
    return result;
}
