/* test_regex.c: patterns in Go's syntax, what is wrong with bad ones, and that none is slow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "regex/regex.h"

static bool matches(const char *pattern, const char *text)
{
    char err[200] = "";
    struct regex *regex = regex_compile(pattern, strlen(pattern), err, sizeof(err));
    if (!regex)
        fail_msg("%s: %s", pattern, err);
    bool result = regex_matches(regex, text, strlen(text));
    regex_free(regex);
    return result;
}

static void matching(void **state)
{
    (void)state;
    assert_true(matches("b", "abc"));
    assert_true(matches("", ""));
    assert_false(matches("^b", "abc"));
    assert_true(matches("(?i)ABC", "xabcx"));
    assert_true(matches("\\.func[0-9]+$", "main.run.func12"));
    assert_true(matches("(?<name>b)c", "abc"));
    assert_true(matches("[(?<]x", "<x"));
    assert_true(matches("\\(?<", "<"));
    assert_true(matches("\\pL", "\xc3\xb6"));
}

static void assert_wrong(const char *pattern, const char *why)
{
    char err[200] = "";
    struct regex *regex = regex_compile(pattern, strlen(pattern), err, sizeof(err));
    assert_null(regex);
    assert_string_equal(err, why);
}

static void wrong_patterns(void **state)
{
    (void)state;
    assert_wrong("(a", "error parsing regexp: missing closing ): `(a`");
    assert_wrong("a)", "error parsing regexp: unexpected ): `a)`");
    assert_wrong("[a", "error parsing regexp: missing closing ]: `[a`");
    assert_wrong("a**", "error parsing regexp: invalid nested repetition operator: `**`");
    assert_wrong("+", "error parsing regexp: missing argument to repetition operator: `+`");
    assert_wrong("a{2000}", "error parsing regexp: invalid repeat count: `{2000}`");
    assert_wrong("\\", "error parsing regexp: trailing backslash at end of expression: ``");
    assert_wrong("\\C", "error parsing regexp: invalid escape sequence: `\\C`");
}

/* What takes 2^30 steps where a matcher tries one way after the other. */
static void no_backtracking(void **state)
{
    (void)state;
    static const char text[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac";
    assert_false(matches("(a*)*(a*)*(a*)*b", text));
    assert_false(matches("(a|aa)+$", text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(matching), cmocka_unit_test(wrong_patterns),
                                       cmocka_unit_test(no_backtracking)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
