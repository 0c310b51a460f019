/* prof_numbers.c: numbers in the flags and variables of pprof, read and shown as Go does (strconv:
 * ParseFloat, ParseInt with base 0, and fmt's %v). */
#include "prof.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_BYTES = 400 }; /* the longest that is exact is shorter */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "nan", "inf" and "infinity" in any case, the latter two with a sign too. */
static bool is_named(const char *text)
{
    bool sign = *text == '-' || *text == '+';
    return strcasecmp(text + sign, "inf") == 0 || strcasecmp(text + sign, "infinity") == 0 ||
           strcasecmp(text, "nan") == 0;
}

/* Without the underscores, which stand between digits; false when one does not. */
static bool without_underscores(const char *text, char plain[static NUMBER_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; text[i]; i++) {
        bool inside = i && isalnum((unsigned char)text[i - 1]) &&
                      isalnum((unsigned char)text[i + 1]);
        if (n + 1 == NUMBER_BYTES || (text[i] == '_' && !inside))
            return false;
        if (text[i] != '_')
            plain[n++] = text[i];
    }
    plain[n] = '\0';
    return true;
}

bool prof_number_read(const char *text, double *value)
{
    char plain[NUMBER_BYTES], *end;
    if (!without_underscores(text, plain))
        return false;
    const char *digits = plain + (*plain == '-' || *plain == '+');
    bool hex = digits[0] == '0' && (digits[1] | 32) == 'x';
    if (!is_named(text) && !is_digit(*digits) && *digits != '.')
        return false;
    if (hex && !strpbrk(digits, "pP"))
        return false;
    errno = 0;
    double number = strtod(plain, &end);
    if (end == plain || *end || (errno == ERANGE && isinf(number)))
        return false;
    *value = number;
    return true;
}

bool prof_integer_read(const char *text, int64_t *value)
{
    char plain[NUMBER_BYTES], *end;
    if (!without_underscores(text, plain))
        return false;
    bool negative = *plain == '-';
    const char *digits = plain + (negative || *plain == '+');
    char mark = digits[0] == '0' ? (char)(digits[1] | 32) : '\0';
    bool marked = mark == 'x' || mark == 'b' || mark == 'o';
    int base = mark == 'x' ? 16 : mark == 'b' ? 2 : digits[0] == '0' ? 8 : 10;
    if (strchr(text, '_') && digits[0] != '0')
        return false;
    digits += marked ? 2 : 0;
    errno = 0;
    long long number = strtoll(digits, &end, base);
    bool good = !errno && end != digits && !*end && isxdigit((unsigned char)*digits);
    if (good)
        *value = negative ? -number : number;
    return good;
}

/* The fewest digits that read back as the same number, as "d.ddde+XX". */
static int shortest(double value, char *text, size_t size)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, size, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value)
            return digits;
    }
    return 17;
}

void prof_number_show(double value, struct sb *out)
{
    enum { LARGE = 6, SMALL = -4 };
    char text[64];
    if (isnan(value) || isinf(value)) {
        sb_adds(out, isnan(value) ? "NaN" : value < 0 ? "-Inf" : "+Inf");
        return;
    }
    int digits = shortest(value, text, sizeof(text));
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (exponent < SMALL || exponent >= LARGE)
        sb_adds(out, text);
    else
        sb_addf(out, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 0, value);
}
