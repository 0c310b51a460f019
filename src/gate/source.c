/* source: what a place in a Go file looks like, so that it is found again after an edit, and where
 * the file says that nothing may be on the heap.
 *
 * Hashes are over tokens. Automatic semicolons and commas before a closing bracket are left out:
 * gofmt adds and takes them away. "All names alike" makes a name, with the qualifiers before it,
 * one blank, so that renaming and moving between packages leave it as it is. */
#include "gate_int.h"

/* ---- reading ---- */

/* The convention's line: "// Code generated ... DO NOT EDIT." (golang.org/s/generatedcode). */
static bool is_generated(const struct syntax_file *syntax)
{
    for (uint32_t line = 1; line <= syntax->line_count; line++) {
        struct str text = str_trim(syntax_line(syntax, line));
        if (str_starts(text, STR("// Code generated ")) && str_ends(text, STR(" DO NOT EDIT.")))
            return true;
        if (str_starts(text, STR("package ")))
            return false;
    }
    return false;
}

static struct str token_text(const struct syntax_file *syntax, size_t index)
{
    const struct token *token = &syntax->tokens[index];
    return (struct str){syntax->text.ptr + token->offset, token->len};
}

static bool is_closing(enum token_kind kind)
{
    return kind == TOKEN_RPAREN || kind == TOKEN_RBRACK || kind == TOKEN_RBRACE;
}

static bool is_opening(enum token_kind kind)
{
    return kind == TOKEN_LPAREN || kind == TOKEN_LBRACK || kind == TOKEN_LBRACE;
}

/* The hash with one more token. */
static uint64_t token_hash(const struct syntax_file *syntax, size_t index, bool alike,
                           uint64_t hash)
{
    enum token_kind kind = syntax->tokens[index].kind;
    enum token_kind next = syntax->tokens[index + 1].kind;
    if (kind == TOKEN_SEMICOLON || (kind == TOKEN_COMMA && is_closing(next)))
        return hash;
    if (alike && kind == TOKEN_IDENT)
        return next == TOKEN_PERIOD ? hash : hash_mix(hash, 1);
    if (alike && kind == TOKEN_PERIOD)
        return hash;
    struct str text = token_text(syntax, index);
    return hash_mix(hash, hash_bytes(text.ptr, text.len));
}

/* Of the tokens [from, to). */
static uint32_t range_hash(const struct syntax_file *syntax, size_t from, size_t to, bool alike)
{
    uint64_t hash = 7;
    for (size_t i = from; i < to && syntax->tokens[i].kind != TOKEN_END; i++)
        hash = token_hash(syntax, i, alike, hash);
    return (uint32_t)(hash ^ hash >> 32);
}

/* A hash that few edits change in few bits (Charikar, "Similarity Estimation Techniques from
 * Rounding Algorithms", 2002): each token and each pair of neighbours votes on every bit. */
struct votes {
    int bits[32];
};

static void votes_count(const struct syntax_file *syntax, size_t from, size_t to,
                        struct votes *votes)
{
    uint64_t before = 5;
    for (size_t i = from; i < to && syntax->tokens[i].kind != TOKEN_END; i++) {
        uint64_t token = token_hash(syntax, i, false, 3), both = hash_mix(before, token);
        for (unsigned bit = 0; bit < 32; bit++)
            votes->bits[bit] += (token >> bit & 1 ? 1 : -1) + (both >> bit & 1 ? 1 : -1);
        before = token;
    }
}

static uint32_t votes_hash(const struct votes *votes)
{
    uint32_t hash = 0;
    for (unsigned bit = 0; bit < 32; bit++)
        hash |= (uint32_t)(votes->bits[bit] > 0) << bit;
    return hash ? hash : 1;
}

static uint32_t near_hash(const struct syntax_file *syntax, size_t from, size_t to)
{
    struct votes votes = {{0}};
    votes_count(syntax, from, to, &votes);
    return votes_hash(&votes);
}

/* Equal statements of a function are told apart by some tokens before and behind them. */
static uint32_t around_hash(const struct syntax_file *syntax, size_t from, size_t to)
{
    enum { TOKENS = 24 };
    struct votes votes = {{0}};
    size_t end = to + TOKENS < syntax->token_count ? to + TOKENS : syntax->token_count;
    votes_count(syntax, from > TOKENS ? from - TOKENS : 0, from, &votes);
    votes_count(syntax, to, end, &votes);
    return votes_hash(&votes);
}

/* Of everything but functions. */
static uint32_t outside_hash(const struct syntax_file *syntax)
{
    uint64_t hash = 11;
    size_t from = 0;
    for (size_t i = 0; i < syntax->function_count; i++) {
        const struct syntax_function *function = &syntax->functions[i];
        if (function->parent != SYNTAX_NONE || function->func < from)
            continue;
        hash = hash_mix(hash, range_hash(syntax, from, function->func, false));
        from = function->body_end + 1;
    }
    hash = hash_mix(hash, range_hash(syntax, from, syntax->token_count, false));
    return (uint32_t)(hash ^ hash >> 32);
}

void gate_source_open(struct gate_source *source, struct str path, const struct memory *memory)
{
    *source = (struct gate_source){.file = {.memory = memory}};
    arena_init(&source->arena, memory);
    struct diag_sink *quiet = diag_sink_new(memory); /* a missing source is no fault */
    char *name = arena_strndup(&source->arena, path.ptr, path.len);
    if (path.len && file_exists(name) &&
        file_open(&source->file, name, memory, quiet) == STATUS_OK) {
        struct str text = {(const char *)source->file.bytes, source->file.size};
        syntax_read(&source->syntax, text, &source->arena);
        source->generated = is_generated(&source->syntax);
        source->outside = outside_hash(&source->syntax);
    }
    diag_sink_free(quiet);
}

void gate_source_close(struct gate_source *source)
{
    if (source->file.bytes)
        file_close(&source->file);
    arena_release(&source->arena);
    *source = (struct gate_source){.outside = 0};
}

/* ---- statements ---- */

/* The first token at or behind a place; token_count when there is none. */
static size_t token_at(const struct syntax_file *syntax, uint32_t line, uint32_t column)
{
    size_t low = 0, high = syntax->token_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct token *token = &syntax->tokens[mid];
        if (token->line < line || (token->line == line && token->column < column))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static size_t statement_begin(const struct syntax_file *syntax, size_t at)
{
    while (at > 0) {
        const struct token *before = &syntax->tokens[at - 1];
        if (before->kind == TOKEN_SEMICOLON || before->kind == TOKEN_LBRACE)
            break;
        at = is_closing(before->kind) && before->match < at - 1 ? before->match : at - 1;
    }
    return at;
}

static size_t statement_end(const struct syntax_file *syntax, size_t at)
{
    for (; at < syntax->token_count; at++) {
        const struct token *token = &syntax->tokens[at];
        if (token->kind == TOKEN_END || token->kind == TOKEN_SEMICOLON ||
            token->kind == TOKEN_LBRACE || token->kind == TOKEN_RBRACE)
            break;
        if (is_opening(token->kind) && token->match > at && token->match < syntax->token_count)
            at = token->match;
    }
    return at;
}

/* The declared function around, literals left behind. */
static const struct syntax_function *declared(const struct syntax_file *syntax,
                                              const struct syntax_function *function)
{
    while (function && function->parent != SYNTAX_NONE)
        function = &syntax->functions[function->parent];
    return function;
}

/* Sites come in the order of their places, and many stand in one statement of one function: their
 * hashes are kept until the next one. */
static void statement_marks(struct gate_source *source, size_t begin, size_t end)
{
    const struct syntax_file *syntax = &source->syntax;
    struct gate_marks *marks = &source->marks;
    if (source->begin == begin && source->end == end)
        return;
    source->begin = begin;
    source->end = end;
    marks->code = range_hash(syntax, begin, end, false);
    marks->like = range_hash(syntax, begin, end, true);
    marks->near = near_hash(syntax, begin, end);
    marks->around = around_hash(syntax, begin, end);
}

static void function_marks(struct gate_source *source, const struct syntax_function *function)
{
    const struct syntax_file *syntax = &source->syntax;
    struct gate_marks *marks = &source->marks;
    if (!function) {
        marks->shape = 0;
        marks->source = source->outside;
    } else if (source->function != function) {
        marks->shape = range_hash(syntax, function->func, function->body_end, true);
        marks->source = range_hash(syntax, function->func, function->body_end, false);
    }
    source->function = function;
}

struct gate_marks gate_source_marks(struct gate_source *source, uint32_t line, uint32_t column)
{
    const struct syntax_file *syntax = &source->syntax;
    if (syntax->token_count == 0)
        return (struct gate_marks){.code = 0};
    size_t at = token_at(syntax, line, column);
    statement_marks(source, statement_begin(syntax, at), statement_end(syntax, at));
    function_marks(source, declared(syntax, said_function_around(syntax, line, column)));
    return source->marks;
}

void gate_source_functions(const struct gate_source *source, struct gate_list *list)
{
    const struct syntax_file *syntax = &source->syntax;
    if (syntax->token_count == 0)
        return;
    VEC_PUSH(list->memory, &list->functions, source->outside);
    for (size_t i = 0; i < syntax->function_count; i++) {
        const struct syntax_function *function = &syntax->functions[i];
        if (function->parent == SYNTAX_NONE)
            VEC_PUSH(list->memory, &list->functions,
                     range_hash(syntax, function->func, function->body_end, false));
    }
}

/* The functions of one file of the module, for those of its old sites that are marked. */
static void file_still_there(const struct gate_list *old, struct str path, struct str file,
                             bool *aside)
{
    struct gate_source source;
    struct gate_list now;
    struct map known;
    bool added;
    gate_list_init(&now, old->memory);
    map_init(&known, old->memory);
    gate_source_open(&source, path, old->memory);
    gate_source_functions(&source, &now);
    for (size_t i = 0; i < now.functions.len; i++)
        *map_put(&known, (uint64_t)now.functions.at[i] | 1ull << 32, &added) = 1;
    for (size_t i = 0; i < old->sites.len; i++) {
        const struct gate_site *site = &old->sites.at[i];
        if (aside[i] && str_equal(site->file, file))
            aside[i] = map_get(&known, site->marks.source | 1ull << 32) != NULL;
    }
    gate_source_close(&source);
    map_release(&known);
    gate_list_release(&now);
}

void gate_source_still_there(const struct gate_list *old, struct str module_dir, bool *aside)
{
    struct map seen;
    struct sb path;
    bool added;
    map_init(&seen, old->memory);
    sb_init(&path, old->memory);
    for (size_t i = 0; i < old->sites.len; i++) {
        struct str file = old->sites.at[i].file;
        if (!aside[i] || !file.len)
            continue;
        map_put(&seen, hash_bytes(file.ptr, file.len) | 1, &added);
        if (!added)
            continue;
        sb_clear(&path);
        sb_addf(&path, "%.*s%s%.*s", STR_ARGS(file.ptr[0] == '/' ? STR_NONE : module_dir),
                file.ptr[0] == '/' ? "" : "/", STR_ARGS(file));
        file_still_there(old, sb_str(&path), file, aside);
    }
    sb_release(&path);
    map_release(&seen);
}

/* ---- annotations ---- */

/* "//unheap:noescape" or "//gcassert:bce,noescape"; empty when a comment is neither. */
static struct str directive_of(struct str comment)
{
    struct str end = comment;
    struct str word = str_trim(str_cut(&end, ' '));
    if (str_is(word, "//unheap:noescape"))
        return word;
    if (!str_starts(word, STR("//gcassert:")))
        return STR_NONE;
    struct str rest = str_skip(word, 11);
    while (rest.ptr) {
        if (str_is(str_cut(&rest, ','), "noescape"))
            return word;
    }
    return STR_NONE;
}

/* Where the comment with a directive begins in the line; -1 when there is none. A directive inside
 * a text is none: it lies in a token. */
static ptrdiff_t find_directive(const struct syntax_file *syntax, uint32_t line)
{
    struct str text = syntax_line(syntax, line);
    ptrdiff_t at = str_find(text, STR("//unheap:noescape"));
    if (at < 0)
        at = str_find(text, STR("//gcassert:"));
    if (at < 0 || directive_of(str_skip(text, (size_t)at)).len == 0)
        return -1;
    size_t after = token_at(syntax, line, (uint32_t)at + 1);
    if (after == 0)
        return at;
    const struct token *before = &syntax->tokens[after - 1];
    size_t offset = (size_t)(text.ptr - syntax->text.ptr) + (size_t)at;
    return before->kind != TOKEN_SEMICOLON && before->offset + before->len > offset ? -1 : at;
}

/* The next line with a token on it. */
static size_t first_token_after(const struct syntax_file *syntax, uint32_t line)
{
    size_t at = token_at(syntax, line + 1, 0);
    while (at < syntax->token_count && syntax->tokens[at].kind == TOKEN_SEMICOLON)
        at++;
    return at;
}

/* A loop's whole body, a function's, or the lines of one statement. */
static uint32_t last_line_of(const struct syntax_file *syntax, size_t at)
{
    for (size_t i = 0; i < syntax->function_count; i++) {
        if (syntax->functions[i].func == at && !syntax->functions[i].is_literal)
            return syntax->functions[i].last_line;
    }
    size_t end = statement_end(syntax, at);
    const struct token *stop = &syntax->tokens[end < syntax->token_count ? end : at];
    bool loop = syntax->tokens[at].kind == TOKEN_FOR;
    if (loop && stop->kind == TOKEN_LBRACE && stop->match < syntax->token_count)
        return syntax->tokens[stop->match].line;
    return end > at ? syntax->tokens[end - 1].line : syntax->tokens[at].line;
}

static void annotation_add(const struct syntax_file *syntax, uint32_t line, struct str shown,
                           struct gate_list *list)
{
    ptrdiff_t at = find_directive(syntax, line);
    if (at < 0)
        return;
    struct str text = syntax_line(syntax, line);
    bool alone = str_trim(str_slice(text, 0, (size_t)at)).len == 0;
    size_t first = alone ? first_token_after(syntax, line) : token_at(syntax, line, 0);
    if (first >= syntax->token_count || syntax->tokens[first].kind == TOKEN_END)
        return;
    struct gate_annotation annotation = {
        .shown = shown, .line = line, .first = syntax->tokens[first].line,
        .directive = str_copy(&list->arena, directive_of(str_skip(text, (size_t)at)))};
    annotation.last = last_line_of(syntax, first);
    VEC_PUSH(list->memory, &list->annotations, annotation);
}

void gate_source_annotations(const struct gate_source *source, struct str shown,
                             struct gate_list *list)
{
    const struct syntax_file *syntax = &source->syntax;
    if (!str_contains(syntax->text, STR("noescape")))
        return;
    for (uint32_t line = 1; line <= syntax->line_count; line++)
        annotation_add(syntax, line, shown, list);
}
