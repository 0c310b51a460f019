/* From source text to tokens.
 *
 * Follows the specification's "Lexical elements". A semicolon that the specification inserts is a
 * token of length 0 at the newline (or comment with a newline, or end) that asks for it. Bytes from
 * 0x80 on count as letters: which of them are letters in Unicode does not matter to our questions.
 * Line directives are not heeded: lines are those of the file. */
#include "syntax_int.h"

enum byte_class {
    BLANK = 'B',
    LETTER = 'L',
    DIGIT = 'D',
    QUOTE = 'Q',
    OPERATOR = 'P',
    OTHER = '.',
};

/* Rows of 16 ASCII characters. */
static const char ascii_classes[] = ".........B...B.."
                                    "................"
                                    "BPQ..PPQPPPPPPPP"
                                    "DDDDDDDDDDPPPPP."
                                    ".LLLLLLLLLLLLLLL"
                                    "LLLLLLLLLLLP.PPL"
                                    "QLLLLLLLLLLLLLLL"
                                    "LLLLLLLLLLLPPPP.";

static inline enum byte_class class_of(unsigned char c)
{
    return c < 0x80 ? (enum byte_class)ascii_classes[c] : LETTER;
}

struct scanner {
    const char *text;
    uint32_t pos, len;
    uint32_t line, line_begin;
    bool want_semicolon; /* the last token asks for one at the end of its line */
    struct arena *arena;
    struct token *tokens;
    size_t count, cap;
};

static unsigned char byte_at(const struct scanner *scanner, uint32_t pos)
{
    return pos < scanner->len ? (unsigned char)scanner->text[pos] : 0;
}

/* Arrays in an arena cannot be given back, so the first guess should do for most files (a token for
 * each 5 bytes is more than most have), but not be taken by one huge literal. */
static void grow(struct scanner *scanner)
{
    enum { MAX_FIRST = 1 << 16 };
    size_t first = scanner->len / 5 + 16;
    size_t cap = scanner->cap ? scanner->cap * 2 : first < MAX_FIRST ? first : MAX_FIRST;
    struct token *tokens = arena_alloc(scanner->arena, cap * sizeof(*tokens));
    if (scanner->count > 0)
        memcpy(tokens, scanner->tokens, scanner->count * sizeof(*tokens));
    scanner->tokens = tokens;
    scanner->cap = cap;
}

static bool ends_statement(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_IDENT:
    case TOKEN_INT:
    case TOKEN_FLOAT:
    case TOKEN_IMAGINARY:
    case TOKEN_CHAR:
    case TOKEN_STRING:
    case TOKEN_BREAK:
    case TOKEN_CONTINUE:
    case TOKEN_FALLTHROUGH:
    case TOKEN_RETURN:
    case TOKEN_INC:
    case TOKEN_DEC:
    case TOKEN_RPAREN:
    case TOKEN_RBRACK:
    case TOKEN_RBRACE:
        return true;
    default:
        return false;
    }
}

/* Adds the token [begin, scanner->pos), which begins on the given line. */
static void add(struct scanner *scanner, enum token_kind kind, uint32_t begin, uint32_t line,
                uint32_t line_begin)
{
    if (scanner->count == scanner->cap)
        grow(scanner);
    scanner->tokens[scanner->count++] = (struct token){
        .offset = begin,
        .len = scanner->pos - begin,
        .line = line,
        .column = begin - line_begin + 1,
        .kind = kind,
    };
    if (kind != TOKEN_INVALID)
        scanner->want_semicolon = ends_statement(kind);
}

static void add_here(struct scanner *scanner, enum token_kind kind, uint32_t begin)
{
    add(scanner, kind, begin, scanner->line, scanner->line_begin);
}

/* The automatic semicolon: an empty token at `begin`. */
static void add_semicolon(struct scanner *scanner, uint32_t begin)
{
    uint32_t pos = scanner->pos;
    scanner->pos = begin;
    add_here(scanner, TOKEN_SEMICOLON, begin);
    scanner->pos = pos;
}

/* scanner->pos is just after a newline. */
static void new_line(struct scanner *scanner)
{
    scanner->line++;
    scanner->line_begin = scanner->pos;
}

static void line_comment(struct scanner *scanner)
{
    const char *begin = scanner->text + scanner->pos;
    const char *end = memchr(begin, '\n', scanner->len - scanner->pos);
    scanner->pos = end ? (uint32_t)(end - scanner->text) : scanner->len;
}

static void block_comment(struct scanner *scanner)
{
    uint32_t begin = scanner->pos;
    bool wanted = scanner->want_semicolon;
    scanner->pos += 2;
    while (scanner->pos < scanner->len) {
        unsigned char c = (unsigned char)scanner->text[scanner->pos++];
        if (c == '*' && byte_at(scanner, scanner->pos) == '/') {
            scanner->pos++;
            return;
        }
        if (c != '\n')
            continue;
        if (wanted) {
            add_semicolon(scanner, begin);
            wanted = false;
        }
        new_line(scanner);
    }
}

static enum token_kind keyword_of(const char *word, size_t len)
{
    static const struct {
        const char *text;
        enum token_kind kind;
    } keywords[] = {
#define X(name, text) {text, TOKEN_##name},
#include "tokens.h"
#undef X
    };
    if (len < 2 || len > 11)
        return TOKEN_IDENT;
    for (size_t i = TOKEN_BREAK; i <= TOKEN_VAR; i++) {
        const char *text = keywords[i].text;
        if (text[0] == word[0] && text[1] == word[1] && strlen(text) == len &&
            memcmp(text, word, len) == 0)
            return keywords[i].kind;
    }
    return TOKEN_IDENT;
}

static void identifier(struct scanner *scanner)
{
    uint32_t begin = scanner->pos;
    bool lower = true; /* keywords are all lower case */
    for (; scanner->pos < scanner->len; scanner->pos++) {
        unsigned char c = (unsigned char)scanner->text[scanner->pos];
        if ((unsigned)(c - 'a') < 26)
            continue;
        enum byte_class class = class_of(c);
        if (class != LETTER && class != DIGIT)
            break;
        lower = false;
    }
    const char *word = scanner->text + begin;
    size_t len = scanner->pos - begin;
    add_here(scanner, lower ? keyword_of(word, len) : TOKEN_IDENT, begin);
}

static void digits(struct scanner *scanner, bool hexadecimal)
{
    for (; scanner->pos < scanner->len; scanner->pos++) {
        unsigned char c = (unsigned char)scanner->text[scanner->pos];
        bool letter = hexadecimal && (unsigned)((c | 0x20) - 'a') < 6;
        if (class_of(c) != DIGIT && c != '_' && !letter)
            return;
    }
}

/* int_lit, float_lit and imaginary_lit; what is malformed in them does not matter here. */
static void number(struct scanner *scanner)
{
    uint32_t begin = scanner->pos;
    enum token_kind kind = TOKEN_INT;
    unsigned char prefix = 0;
    if (byte_at(scanner, begin) == '0')
        prefix = byte_at(scanner, begin + 1) | 0x20;
    bool hexadecimal = prefix == 'x';
    if (hexadecimal || prefix == 'o' || prefix == 'b')
        scanner->pos += 2;
    digits(scanner, hexadecimal);
    if (byte_at(scanner, scanner->pos) == '.') {
        scanner->pos++;
        kind = TOKEN_FLOAT;
        digits(scanner, hexadecimal);
    }
    unsigned char exponent = byte_at(scanner, scanner->pos) | 0x20;
    if (exponent == 'p' || (exponent == 'e' && !hexadecimal)) {
        scanner->pos++;
        kind = TOKEN_FLOAT;
        unsigned char sign = byte_at(scanner, scanner->pos);
        if (sign == '+' || sign == '-')
            scanner->pos++;
        digits(scanner, false);
    }
    if (byte_at(scanner, scanner->pos) == 'i') {
        scanner->pos++;
        kind = TOKEN_IMAGINARY;
    }
    add_here(scanner, kind, begin);
}

/* A literal in " or ', which a newline cuts off. */
static void quoted(struct scanner *scanner, char quote, enum token_kind kind)
{
    uint32_t begin = scanner->pos++;
    while (scanner->pos < scanner->len) {
        char c = scanner->text[scanner->pos];
        if (c == '\n')
            break;
        scanner->pos++;
        if (c == quote)
            break;
        if (c == '\\' && scanner->pos < scanner->len && scanner->text[scanner->pos] != '\n')
            scanner->pos++;
    }
    add_here(scanner, kind, begin);
}

static void raw_string(struct scanner *scanner)
{
    uint32_t begin = scanner->pos++;
    uint32_t line = scanner->line, line_begin = scanner->line_begin;
    while (scanner->pos < scanner->len) {
        char c = scanner->text[scanner->pos++];
        if (c == '`')
            break;
        if (c == '\n')
            new_line(scanner);
    }
    add(scanner, TOKEN_STRING, begin, line, line_begin);
}

static void literal(struct scanner *scanner, unsigned char quote)
{
    if (quote == '`')
        raw_string(scanner);
    else if (quote == '"')
        quoted(scanner, '"', TOKEN_STRING);
    else
        quoted(scanner, '\'', TOKEN_CHAR);
}

/* `op`, or `op=` when an equals sign follows. */
static enum token_kind with_assign(struct scanner *scanner, enum token_kind op)
{
    if (byte_at(scanner, scanner->pos) != '=')
        return op;
    scanner->pos++;
    return (enum token_kind)(TOKEN_ADD_ASSIGN + (op - TOKEN_ADD));
}

/* Takes the next byte when it is c. */
static bool take(struct scanner *scanner, char c)
{
    if (byte_at(scanner, scanner->pos) != (unsigned char)c)
        return false;
    scanner->pos++;
    return true;
}

/* Operators that begin with + - & | < >, which double. scanner->pos is after the first byte. */
static enum token_kind doubling_operator(struct scanner *scanner, char c)
{
    switch (c) {
    case '+':
        return take(scanner, '+') ? TOKEN_INC : with_assign(scanner, TOKEN_ADD);
    case '-':
        return take(scanner, '-') ? TOKEN_DEC : with_assign(scanner, TOKEN_SUB);
    case '&':
        if (take(scanner, '&'))
            return TOKEN_LAND;
        return with_assign(scanner, take(scanner, '^') ? TOKEN_AND_NOT : TOKEN_AND);
    case '|':
        return take(scanner, '|') ? TOKEN_LOR : with_assign(scanner, TOKEN_OR);
    case '<':
        if (take(scanner, '<'))
            return with_assign(scanner, TOKEN_SHL);
        if (take(scanner, '='))
            return TOKEN_LEQ;
        return take(scanner, '-') ? TOKEN_ARROW : TOKEN_LSS;
    default: /* > */
        if (take(scanner, '>'))
            return with_assign(scanner, TOKEN_SHR);
        return take(scanner, '=') ? TOKEN_GEQ : TOKEN_GTR;
    }
}

static enum token_kind period(struct scanner *scanner)
{
    if (byte_at(scanner, scanner->pos) != '.' || byte_at(scanner, scanner->pos + 1) != '.')
        return TOKEN_PERIOD;
    scanner->pos += 2;
    return TOKEN_ELLIPSIS;
}

/* Operators that no other one begins with. */
static enum token_kind lone_operator(char c)
{
    static const unsigned char kinds[128] = {
        ['('] = TOKEN_LPAREN, [')'] = TOKEN_RPAREN, ['['] = TOKEN_LBRACK, [']'] = TOKEN_RBRACK,
        ['{'] = TOKEN_LBRACE, ['}'] = TOKEN_RBRACE, [','] = TOKEN_COMMA,  [';'] = TOKEN_SEMICOLON,
        ['~'] = TOKEN_TILDE,
    };
    return (enum token_kind)kinds[(unsigned char)c & 127];
}

/* scanner->pos is after c. */
static enum token_kind operator_of(struct scanner *scanner, char c)
{
    enum token_kind lone = lone_operator(c);
    if (lone != TOKEN_END)
        return lone;
    switch (c) {
    case '.': return period(scanner);
    case ':': return take(scanner, '=') ? TOKEN_DEFINE : TOKEN_COLON;
    case '=': return take(scanner, '=') ? TOKEN_EQL : TOKEN_ASSIGN;
    case '!': return take(scanner, '=') ? TOKEN_NEQ : TOKEN_NOT;
    case '*': return with_assign(scanner, TOKEN_MUL);
    case '/': return with_assign(scanner, TOKEN_QUO);
    case '%': return with_assign(scanner, TOKEN_REM);
    case '^': return with_assign(scanner, TOKEN_XOR);
    default:  return doubling_operator(scanner, c);
    }
}

static void operator_or_comment(struct scanner *scanner, char c)
{
    unsigned char next = byte_at(scanner, scanner->pos + 1);
    if (c == '/' && next == '/') {
        line_comment(scanner);
    } else if (c == '/' && next == '*') {
        block_comment(scanner);
    } else if (c == '.' && class_of(next) == DIGIT) {
        number(scanner);
    } else {
        uint32_t begin = scanner->pos++;
        enum token_kind kind = operator_of(scanner, c);
        add_here(scanner, kind, begin);
    }
}

static void newline(struct scanner *scanner)
{
    if (scanner->want_semicolon)
        add_semicolon(scanner, scanner->pos);
    scanner->pos++;
    new_line(scanner);
}

static void scan(struct scanner *scanner)
{
    while (scanner->pos < scanner->len) {
        unsigned char c = (unsigned char)scanner->text[scanner->pos];
        switch (class_of(c)) {
        case BLANK:
            scanner->pos++;
            break;
        case LETTER:
            identifier(scanner);
            break;
        case DIGIT:
            number(scanner);
            break;
        case QUOTE:
            literal(scanner, c);
            break;
        case OPERATOR:
            operator_or_comment(scanner, (char)c);
            break;
        case OTHER:
            if (c == '\n') {
                newline(scanner);
            } else {
                scanner->pos++;
                add_here(scanner, TOKEN_INVALID, scanner->pos - 1);
            }
            break;
        }
    }
    if (scanner->want_semicolon)
        add_semicolon(scanner, scanner->pos);
    add_here(scanner, TOKEN_END, scanner->pos);
}

static void find_lines(struct syntax_file *file, struct arena *arena)
{
    const char *end = file->text.ptr + file->text.len;
    size_t count = 1;
    const char *pos = file->text.ptr;
    while (pos < end && (pos = memchr(pos, '\n', (size_t)(end - pos))) != NULL) {
        pos++;
        count++;
    }
    const char **starts = ARENA_ARRAY(arena, const char *, count + 1);
    size_t line = 0;
    starts[line++] = pos = file->text.ptr;
    while (pos < end && (pos = memchr(pos, '\n', (size_t)(end - pos))) != NULL)
        starts[line++] = ++pos;
    starts[line] = end;
    file->line_starts = starts;
    file->line_count = count;
}

void syntax_scan(struct syntax_file *file, struct arena *arena)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    struct scanner scanner = {
        .text = file->text.ptr,
        .len = (uint32_t)file->text.len,
        .line = 1,
        .arena = arena,
    };
    if (str_starts(file->text, str_from(byte_order_mark)))
        scanner.pos = 3;
    scan(&scanner);
    file->tokens = scanner.tokens;
    file->token_count = scanner.count;
    find_lines(file, arena);
}

struct str syntax_line(const struct syntax_file *file, uint32_t line)
{
    if (line == 0 || line > file->line_count)
        return STR_NONE;
    struct str text = str_span(file->line_starts[line - 1], file->line_starts[line]);
    if (text.len > 0 && text.ptr[text.len - 1] == '\n')
        text.len--;
    if (text.len > 0 && text.ptr[text.len - 1] == '\r')
        text.len--;
    return text;
}

const char *syntax_token_name(enum token_kind kind)
{
    static const char *const names[] = {
#define X(name, text) text,
#include "tokens.h"
#undef X
    };
    return names[kind];
}
