/* Tokens: semicolons, positions, partners of brackets, damaged source, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data.h"
#include "syntax/syntax_int.h"

/* All tokens by name, separated by blanks; inserted semicolons as "\n". */
static void assert_tokens(const char *text, const char *wanted)
{
    struct fixture fixture;
    struct syntax_file file;
    struct sb sb;
    fixture_init(&fixture);
    sb_init(&sb, &fixture.memory);
    fixture_read(&fixture, text, &file);
    for (size_t i = 0; i < file.token_count; i++) {
        const struct token *token = &file.tokens[i];
        bool inserted = token->kind == TOKEN_SEMICOLON && token->len == 0;
        const char *name = inserted ? "\\n" : syntax_token_name(token->kind);
        sb_addf(&sb, "%s%s", i > 0 ? " " : "", name);
    }
    assert_string_equal(sb.text, wanted);
    sb_release(&sb);
    fixture_release(&fixture);
}

static void semicolons_are_inserted_at_line_ends(void **state)
{
    (void)state;
    assert_tokens("", "EOF");
    assert_tokens("x", "IDENT \\n EOF");
    assert_tokens("x\ny", "IDENT \\n IDENT \\n EOF");
    assert_tokens("x +\ny", "IDENT + IDENT \\n EOF");
    assert_tokens("f()\n}\n]", "IDENT ( ) \\n } \\n ] \\n EOF");
    assert_tokens("return\nbreak\ncontinue\nfallthrough\n",
                  "return \\n break \\n continue \\n fallthrough \\n EOF");
    assert_tokens("x++\nx--\n", "IDENT ++ \\n IDENT -- \\n EOF");
    assert_tokens("1\n1.5\n2i\n'c'\n\"s\"\n`r`\n",
                  "INT \\n FLOAT \\n IMAG \\n CHAR \\n STRING \\n STRING \\n EOF");
    assert_tokens("if x {\n", "if IDENT { EOF");
    assert_tokens("x // comment\ny /* a */ z /* b\nc */ w",
                  "IDENT \\n IDENT IDENT \\n IDENT \\n EOF");
    assert_tokens("x; y", "IDENT ; IDENT \\n EOF");
    assert_tokens("x\r\ny", "IDENT \\n IDENT \\n EOF");
}

static void operators_are_the_longest_possible(void **state)
{
    (void)state;
    assert_tokens("+ ++ += - -- -= * *= / /= % %=", "+ ++ += - -- -= * *= / /= % %= EOF");
    assert_tokens("& && &= &^ &^= | || |= ^ ^=", "& && &= &^ &^= | || |= ^ ^= EOF");
    assert_tokens("< <= << <<= <- > >= >> >>= = == ! !=",
                  "< <= << <<= <- > >= >> >>= = == ! != EOF");
    assert_tokens(": := . ... , ; ~ .5 x..y", ": := . ... , ; ~ FLOAT IDENT . . IDENT \\n EOF");
    assert_tokens("map chan interface func type fallthroughs go1",
                  "map chan interface func type IDENT IDENT \\n EOF");
    assert_tokens("0x1p-2 0b11 0o7 1_000 1e+9 0x.8p1 1e",
                  "FLOAT INT INT INT FLOAT FLOAT FLOAT \\n EOF");
}

static void damaged_source_is_read_to_its_end(void **state)
{
    (void)state;
    assert_tokens("\"open\nx", "STRING \\n IDENT \\n EOF");
    assert_tokens("`open\nx", "STRING \\n EOF");
    assert_tokens("'", "CHAR \\n EOF");
    assert_tokens("\"a\\", "STRING \\n EOF");
    assert_tokens("/* open", "EOF");
    assert_tokens("x /* open\n", "IDENT \\n EOF");
    assert_tokens("# ? $ \x01", "ILLEGAL ILLEGAL ILLEGAL ILLEGAL EOF");
    assert_tokens("\xef\xbb\xbfx\xc3\xa4", "IDENT \\n EOF");
}

static void positions_count_lines_and_bytes(void **state)
{
    (void)state;
    struct fixture fixture;
    struct syntax_file file;
    fixture_init(&fixture);
    fixture_read(&fixture, "\xc3\xa4 b\n\t`x\ny` c\r\n", &file);
    static const struct {
        uint32_t line, column, offset, len;
    } wanted[] = {{1, 1, 0, 2}, {1, 4, 3, 1}, {1, 5, 4, 0},  {2, 2, 6, 5},
                  {3, 4, 12, 1}, {3, 6, 14, 0}, {4, 1, 15, 0}};
    assert_int_equal(file.token_count, COUNT_OF(wanted));
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        assert_int_equal(file.tokens[i].line, wanted[i].line);
        assert_int_equal(file.tokens[i].column, wanted[i].column);
        assert_int_equal(file.tokens[i].offset, wanted[i].offset);
        assert_int_equal(file.tokens[i].len, wanted[i].len);
    }
    assert_int_equal(file.line_count, 4);
    assert_true(str_is(syntax_line(&file, 3), "y` c"));
    assert_true(str_is(syntax_line(&file, 1), "\xc3\xa4 b"));
    assert_int_equal(syntax_line(&file, 4).len, 0);
    assert_null(syntax_line(&file, 0).ptr);
    assert_null(syntax_line(&file, 5).ptr);
    fixture_release(&fixture);
}

/* The partner of each bracket, "-" where it has none. */
static void assert_partners(const char *text, const char *wanted)
{
    struct fixture fixture;
    struct syntax_file file;
    struct sb sb;
    fixture_init(&fixture);
    sb_init(&sb, &fixture.memory);
    fixture_read(&fixture, text, &file);
    for (size_t i = 0; i < file.token_count; i++) {
        if (!strchr("()[]{}", file.text.ptr[file.tokens[i].offset]) || file.tokens[i].len != 1)
            continue;
        if (file.tokens[i].match == file.token_count - 1)
            sb_adds(&sb, "- ");
        else
            sb_addf(&sb, "%u ", file.tokens[i].match);
    }
    assert_string_equal(sb.text, wanted);
    sb_release(&sb);
    fixture_release(&fixture);
}

static void brackets_find_their_partners(void **state)
{
    (void)state;
    assert_partners("( [ { } ] )", "5 4 3 2 1 0 ");
    assert_partners("( ( )", "- 2 1 ");
    assert_partners(") ( )", "- 2 1 ");
    assert_partners("{ ( }", "2 - 0 ");
    assert_partners("{ ) }", "2 - 0 ");
    assert_partners("( { ) }", "- 3 - 1 ");
    assert_partners("( [ )", "2 - 0 ");
    assert_partners("}", "- ");
}

static void nesting_beyond_the_limit_has_no_partners(void **state)
{
    (void)state;
    struct fixture fixture;
    struct syntax_file file;
    struct sb sb;
    fixture_init(&fixture);
    sb_init(&sb, &fixture.memory);
    sb_repeat(&sb, '(', LIMIT_SYNTAX_DEPTH + 3);
    sb_repeat(&sb, ')', LIMIT_SYNTAX_DEPTH + 3);
    fixture_read(&fixture, sb.text, &file);
    uint32_t none = (uint32_t)file.token_count - 1, deepest = LIMIT_SYNTAX_DEPTH - 1;
    assert_int_equal(file.tokens[0].match, 2 * LIMIT_SYNTAX_DEPTH + 5);
    assert_int_equal(file.tokens[deepest].match, LIMIT_SYNTAX_DEPTH + 6);
    assert_int_equal(file.tokens[deepest + 1].match, none);
    assert_int_equal(file.tokens[deepest + 3].match, none);
    assert_int_equal(file.tokens[deepest + 4].match, none);
    sb_release(&sb);
    fixture_release(&fixture);
}

static void files_beyond_the_limit_are_cut(void **state)
{
    (void)state;
    struct fixture fixture;
    struct syntax_file file;
    fixture_init(&fixture);
    size_t len = LIMIT_SOURCE_BYTES + 10;
    char *text = memory_get(&fixture.memory, len);
    memset(text, ' ', len);
    text[LIMIT_SOURCE_BYTES - 1] = 'x';
    text[LIMIT_SOURCE_BYTES + 1] = 'y';
    syntax_read(&file, (struct str){text, len}, &fixture.arena);
    assert_int_equal(file.token_count, 3); /* x, its semicolon, the end */
    assert_int_equal(file.tokens[0].offset, LIMIT_SOURCE_BYTES - 1);
    assert_int_equal(file.text.len, LIMIT_SOURCE_BYTES);
    memory_put(&fixture.memory, text);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(semicolons_are_inserted_at_line_ends),
        cmocka_unit_test(operators_are_the_longest_possible),
        cmocka_unit_test(damaged_source_is_read_to_its_end),
        cmocka_unit_test(positions_count_lines_and_bytes),
        cmocka_unit_test(brackets_find_their_partners),
        cmocka_unit_test(nesting_beyond_the_limit_has_no_partners),
        cmocka_unit_test(files_beyond_the_limit_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
