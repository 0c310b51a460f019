/* Where an expression stands that somebody else printed.
 *
 * gc prints expressions with blanks of its own ("s.items[s.n % len(s.items)] = p"), so tokens are
 * compared, not texts. */
#include "syntax_int.h"

/* Tokens of a text on its own, without the semicolon that its end brings. */
static size_t scan_text(struct syntax_file *out, struct str text, struct arena *arena)
{
    *out = (struct syntax_file){.text = text};
    syntax_scan(out, arena);
    size_t count = out->token_count;
    while (count > 0 && (kind_at(out, count - 1) == TOKEN_END ||
                         kind_at(out, count - 1) == TOKEN_SEMICOLON))
        count--;
    return count;
}

static bool same_tokens(const struct syntax_file *file, size_t at, const struct syntax_file *wanted,
                        size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (kind_at(file, at + i) != kind_at(wanted, i) ||
            !str_equal(text_at(file, at + i), text_at(wanted, i)))
            return false;
    return true;
}

/* Where gc positions it: at the assignment, else at the call's parenthesis, else at its beginning.
 */
static uint32_t position_in(const struct syntax_file *file, uint32_t from, size_t count)
{
    uint32_t last = from + (uint32_t)count - 1;
    for (uint32_t i = from; i <= last; i++)
        if (kind_at(file, i) == TOKEN_ASSIGN || kind_at(file, i) == TOKEN_DEFINE)
            return i;
    return kind_at(file, last) == TOKEN_RPAREN ? match_at(file, last) : from;
}

bool syntax_find_text(const struct syntax_file *file, uint32_t function, struct str text,
                      struct arena *arena, uint32_t *line, uint32_t *column)
{
    const struct syntax_function *body = &file->functions[function];
    struct syntax_file wanted;
    size_t count = scan_text(&wanted, text, arena), found = 0;
    for (uint32_t i = body->body_begin; count > 0 && i + count <= body->body_end; i++) {
        if (!same_tokens(file, i, &wanted, count))
            continue;
        uint32_t at = position_in(file, i, count);
        *line = file->tokens[at].line;
        *column = file->tokens[at].column;
        found++;
    }
    return found == 1;
}
