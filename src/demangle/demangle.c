/* demangle.c: mangled names, by libiberty.
 *
 * What is left out, and how the rest is written, follows github.com/ianlancetaylor/demangle, which
 * pprof uses and whose author wrote libiberty's C++ part too. Template arguments are taken out of
 * the finished text, since within a name everything may refer to them.
 *
 * libiberty has no ceiling for what it prints. D1: no tree is printed before its size was counted,
 * with what is shared counted each time it is named (struct measure). */
#include "demangle/demangle.h"

#include <libiberty/demangle.h>
#include <stdlib.h>

static void take(const char *text, size_t len, void *out)
{
    sb_addn(out, text, len);
}

/* ---- what is left out of a tree ---- */

typedef struct demangle_component *node_ptr;

static node_ptr function_type_of(node_ptr name)
{
    if (!name || name->type != DEMANGLE_COMPONENT_TYPED_NAME)
        return NULL;
    node_ptr type = name->u.s_binary.right;
    return type && type->type == DEMANGLE_COMPONENT_FUNCTION_TYPE ? type : NULL;
}

/* Of a function that holds another name, "f(int)::x", the result, and mostly the parameters; of one
 * whose address is taken, both. */
static void shorten(node_ptr node, enum demangle_detail detail)
{
    node_ptr left = node->u.s_binary.left, right = node->u.s_binary.right;
    if (node->type == DEMANGLE_COMPONENT_LOCAL_NAME && function_type_of(left)) {
        node_ptr type = function_type_of(left);
        type->u.s_binary.left = NULL;
        if (detail != DEMANGLE_FULL)
            type->u.s_binary.right = NULL;
    }
    if (node->type == DEMANGLE_COMPONENT_UNARY && function_type_of(right))
        node->u.s_binary.right = right->u.s_binary.left;
}

static node_ptr without_clones(node_ptr tree)
{
    while (tree && tree->type == DEMANGLE_COMPONENT_CLONE)
        tree = tree->u.s_binary.left;
    return tree;
}

static bool is_data(node_ptr node)
{
    return node->type == DEMANGLE_COMPONENT_NAME || node->type == DEMANGLE_COMPONENT_QUAL_NAME ||
           node->type == DEMANGLE_COMPONENT_LOCAL_NAME || node->type == DEMANGLE_COMPONENT_TEMPLATE;
}

/* ---- how much a tree would print ---- */

/* Every reference to a parameter may print the largest argument. */
struct size {
    uint64_t letters, references;
};
struct measure {
    struct map known; /* by node: index of its size + 1; 0 while it is being measured */
    VEC(struct size) sizes;
    const struct memory *memory;
    enum demangle_detail detail;
    uint64_t templates, scopes; /* the library's tables on the stack are their product */
};

struct children {
    node_ptr at[2];
};

static struct children children_of(node_ptr node)
{
    switch (node->type) {
    case DEMANGLE_COMPONENT_NAME:
    case DEMANGLE_COMPONENT_OPERATOR:
    case DEMANGLE_COMPONENT_BUILTIN_TYPE:
    case DEMANGLE_COMPONENT_EXTENDED_BUILTIN_TYPE:
    case DEMANGLE_COMPONENT_SUB_STD:
    case DEMANGLE_COMPONENT_TEMPLATE_PARAM:
    case DEMANGLE_COMPONENT_FUNCTION_PARAM:
    case DEMANGLE_COMPONENT_UNNAMED_TYPE:
    case DEMANGLE_COMPONENT_CHARACTER:
    case DEMANGLE_COMPONENT_NUMBER:
        return (struct children){{NULL, NULL}};
    case DEMANGLE_COMPONENT_CTOR:
        return (struct children){{node->u.s_ctor.name, NULL}};
    case DEMANGLE_COMPONENT_DTOR:
        return (struct children){{node->u.s_dtor.name, NULL}};
    case DEMANGLE_COMPONENT_EXTENDED_OPERATOR:
        return (struct children){{node->u.s_extended_operator.name, NULL}};
    case DEMANGLE_COMPONENT_FIXED_TYPE:
        return (struct children){{node->u.s_fixed.length, NULL}};
    case DEMANGLE_COMPONENT_LAMBDA:
    case DEMANGLE_COMPONENT_DEFAULT_ARG:
        return (struct children){{node->u.s_unary_num.sub, NULL}};
    default:
        return (struct children){{node->u.s_binary.left, node->u.s_binary.right}};
    }
}

static uint64_t own_letters(node_ptr node)
{
    enum { MOST_WORDS = 32 }; /* of what is no name: "virtual thunk to ", blanks, brackets */
    if (node->type == DEMANGLE_COMPONENT_NAME)
        return (uint64_t)node->u.s_name.len;
    if (node->type == DEMANGLE_COMPONENT_SUB_STD)
        return (uint64_t)node->u.s_string.len;
    return MOST_WORDS;
}

static uint64_t added_up(uint64_t a, uint64_t b)
{
    return a + b < a ? UINT64_MAX : a + b;
}

static void count_tables(struct measure *measure, node_ptr node)
{
    measure->templates += node->type == DEMANGLE_COMPONENT_TEMPLATE;
    measure->scopes += node->type == DEMANGLE_COMPONENT_REFERENCE ||
                       node->type == DEMANGLE_COMPONENT_RVALUE_REFERENCE;
}

/* Shortens each node and looks at it once; a node within itself, which is refused when it is
 * printed, is nothing. */
static struct size measure_node(struct measure *measure, node_ptr node)
{
    struct size size = {0, 0};
    bool is_new;
    if (!node)
        return size;
    uint64_t *index = map_put(&measure->known, (uint64_t)(uintptr_t)node, &is_new);
    if (!is_new)
        return *index ? measure->sizes.at[*index - 1] : size;
    shorten(node, measure->detail);
    struct children children = children_of(node);
    count_tables(measure, node);
    size.letters = own_letters(node);
    size.references = node->type == DEMANGLE_COMPONENT_TEMPLATE_PARAM;
    for (size_t i = 0; i < COUNT_OF(children.at); i++) {
        struct size child = measure_node(measure, children.at[i]);
        size.letters = added_up(size.letters, child.letters);
        size.references = added_up(size.references, child.references);
    }
    VEC_PUSH(measure->memory, &measure->sizes, size);
    *map_get(&measure->known, (uint64_t)(uintptr_t)node) = measure->sizes.len;
    return size;
}

/* Leaves out of the tree what the detail does not want; false when what is left is too much. */
static bool prepare(node_ptr tree, enum demangle_detail detail, const struct memory *memory)
{
    enum { MOST_TABLES = 1 << 14 };
    struct measure measure = {.memory = memory, .detail = detail};
    uint64_t all;
    map_init(&measure.known, memory);
    struct size size = measure_node(&measure, tree);
    bool small = !__builtin_mul_overflow(size.letters, added_up(size.references, 1), &all) &&
                 all <= LIMIT_DEMANGLED_BYTES &&
                 measure.templates * measure.scopes <= MOST_TABLES;
    map_release(&measure.known);
    VEC_RELEASE(memory, &measure.sizes);
    return small;
}

/* ---- template arguments, taken out of the text ---- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (c & 0x80);
}

/* The length of an operator's name at text[at..), with the word before it; 0 when there is none. */
static size_t operator_at(struct str text, size_t at)
{
    static const char *const names[] = {"<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->",
                                        "<", ">", "()"};
    struct str rest = str_skip(text, at);
    if (!str_starts(rest, STR("operator")) || (at && is_word(text.ptr[at - 1])))
        return 0;
    rest = str_skip(rest, sizeof("operator") - 1);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_starts(rest, str_from(names[i])))
            return sizeof("operator") - 1 + strlen(names[i]);
    return 0;
}

/* Brackets that are open. Within round ones < and > may be operators: there a < that is not closed
 * is one, and so is a > that closes nothing, and a < behind a bracket. */
struct brackets {
    char open[256];
    size_t depth;
};

static bool is_open(const struct brackets *brackets, char c)
{
    return brackets->depth && brackets->open[brackets->depth - 1] == c;
}

/* Takes one letter, and what stood before it. False when brackets are nested too deeply. */
static bool take_letter(struct brackets *brackets, char c, char before)
{
    if (c == '<' && before == ')')
        return true;
    if (c == '<' || c == '(' || c == '{' || c == '[') {
        if (brackets->depth == sizeof(brackets->open))
            return false;
        brackets->open[brackets->depth++] = c;
    } else if (c == ')' || c == '}' || c == ']') {
        while (is_open(brackets, '<'))
            brackets->depth--;
        brackets->depth -= brackets->depth > 0;
    } else if (c == '>' && before != '-' && is_open(brackets, '<')) {
        brackets->depth--;
    }
    return true;
}

/* Finds the > that closes text[at], a <; the text's length when nothing does. */
static size_t find_end(struct str text, size_t at)
{
    struct brackets brackets = {.depth = 0};
    char before = '\0'; /* of an operator's name, nothing */
    for (size_t i = at; i < text.len; i++) {
        size_t name = operator_at(text, i);
        if (!name && !take_letter(&brackets, text.ptr[i], before))
            return text.len;
        before = name ? '\0' : text.ptr[i];
        if (!brackets.depth)
            return i;
        i += name ? name - 1 : 0;
    }
    return text.len;
}

static void add_without_templates(struct str text, struct sb *out)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t name = operator_at(text, i);
        bool opens = !name && text.ptr[i] == '<' && i;
        size_t end = opens ? find_end(text, i) : text.len;
        if (end < text.len) {
            i = end;
            continue;
        }
        size_t len = name ? name : 1;
        sb_add(out, str_slice(text, i, i + len));
        i += len - 1;
        if (name && i + 2 < text.len && text.ptr[i + 1] == ' ' && text.ptr[i + 2] == '<')
            i++; /* "operator< <int>" */
    }
}

/* "a<b<c> >", as C++ had to be written; libiberty forgets the blank behind an empty pack. */
static void add_with_blanks(struct str text, struct sb *out)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t name = operator_at(text, i);
        if (!name && i && text.ptr[i] == '>' && text.ptr[i - 1] == '>')
            sb_addc(out, ' ');
        size_t len = name ? name : 1;
        sb_add(out, str_slice(text, i, i + len));
        i += len - 1;
    }
}

/* ---- C++ ---- */

static bool print_tree(node_ptr tree, enum demangle_detail detail, int options, struct sb *out)
{
    struct sb text;
    node_ptr whole = without_clones(tree);
    if (detail == DEMANGLE_FULL && whole != tree && is_data(whole))
        return false; /* there are no copies of variables */
    tree = whole;
    if (!prepare(tree, detail, out->memory))
        return false;
    sb_init(&text, out->memory);
    bool good = cplus_demangle_print_callback(options, tree, take, &text) && text.len;
    if (good && detail == DEMANGLE_NAME)
        add_without_templates(sb_str(&text), out);
    else if (good)
        add_with_blanks(sb_str(&text), out);
    sb_release(&text);
    return good;
}

/* cplus_demangle_v3_components of 2023 leaves one field of its own unset, which chooses between two
 * readings of names like "a<T>::b" in signatures (d_info.unresolved_name_state; 0 is that of old
 * compilers): it is what an earlier call left on the stack. So that equal names give equal text, it
 * is set before. */
__attribute__((noinline, no_sanitize("address"))) static void prepare_stack(char byte)
{
    enum { MORE_THAN_ITS_FRAME = 2048 };
    volatile char bytes[MORE_THAN_ITS_FRAME];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = byte;
}

static bool demangle_cpp(const char *name, enum demangle_detail detail, int options,
                         struct sb *out)
{
    bool good = false;
    for (char reading = 1; reading >= 0 && !good; reading--) {
        void *held = NULL;
        prepare_stack(reading);
        node_ptr tree = cplus_demangle_v3_components(name, options, &held);
        good = tree && print_tree(tree, detail, options, out);
        memory_put(out->memory, held);
    }
    return good;
}

static int options_for(enum demangle_detail detail)
{
    return detail == DEMANGLE_FULL ? DMGL_PARAMS : 0;
}

/* "_GLOBAL__I_main.cc", "_GLOBAL__I__ZN3fooE": always with its parameters. */
static bool demangle_global(const char *name, enum demangle_detail detail, struct sb *out)
{
    const char *rest = name + sizeof("_GLOBAL_") - 1;
    struct sb inner;
    if (!strchr("._$", rest[0]) || !rest[0] || (rest[1] != 'I' && rest[1] != 'D') ||
        rest[2] != '_' || !rest[3])
        return false;
    sb_init(&inner, out->memory);
    bool mangled = strncmp(rest + 3, "_Z", 2) == 0;
    bool good = !mangled || demangle_cpp(rest + 3, detail, DMGL_PARAMS, &inner);
    if (good)
        sb_addf(out, "global %s keyed to %s", rest[1] == 'I' ? "constructors" : "destructors",
                mangled ? inner.text : rest);
    sb_release(&inner);
    return good;
}

/* "___Z1fv_block_invoke_2": of a block (clang's closures) in f. */
static bool demangle_block(char *name, enum demangle_detail detail, struct sb *out)
{
    static const char mark[] = "_block_invoke";
    char *block = NULL;
    struct sb inner;
    for (char *at = name; (at = strstr(at, mark)); at++)
        block = at;
    if (!block)
        return false;
    const char *rest = block + sizeof(mark) - 1;
    rest += *rest == '_';
    rest += strspn(rest, "0123456789");
    if (*rest && *rest != '.')
        return false;
    *block = '\0';
    sb_init(&inner, out->memory);
    bool good = demangle_cpp(name + 2, detail, options_for(detail), &inner);
    if (good)
        sb_addf(out, "invocation function for block in %s", inner.text);
    sb_release(&inner);
    return good;
}

/* ---- Rust ---- */

/* What is in the brackets of generics goes, the brackets stay: "<T as Trait>" has none. */
static void add_without_generics(struct str text, struct sb *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char before = i ? text.ptr[i - 1] : ' ';
        sb_addc(out, text.ptr[i]);
        if (text.ptr[i] != '<' || !(is_word(before) || before == ':'))
            continue;
        size_t end = find_end(text, i);
        if (end == text.len)
            continue;
        sb_addc(out, '>');
        i = end;
    }
}

static bool demangle_rust(char *name, enum demangle_detail detail, struct sb *out)
{
    struct sb text;
    name[strcspn(name, ".")] = '\0';
    sb_init(&text, out->memory);
    bool good = rust_demangle_callback(name, 0, take, &text) && text.len &&
                text.len <= LIMIT_DEMANGLED_BYTES;
    if (good && detail == DEMANGLE_NAME)
        add_without_generics(sb_str(&text), out);
    else if (good)
        sb_add(out, sb_str(&text));
    sb_release(&text);
    return good;
}

/* The older form looks like C++, and ends in a part that is a hash: "17h0123456789abcdefE". */
static bool demangle_old_rust(const char *name, struct sb *out)
{
    struct sb text;
    char *copy = memory_get(out->memory, strlen(name) + 1);
    memcpy(copy, name, strlen(name) + 1);
    for (char *at = copy; (at = strstr(at, "E.")); at++)
        if (!strstr(at + 1, "E."))
            at[1] = '\0';
    size_t len = strlen(copy);
    sb_init(&text, out->memory);
    bool good = len > 23 && copy[len - 1] == 'E' && memcmp(copy + len - 20, "17h", 3) == 0 &&
                rust_demangle_callback(copy, 0, take, &text) && text.len;
    if (good)
        sb_add(out, sb_str(&text));
    sb_release(&text);
    memory_put(out->memory, copy);
    return good;
}

/* ---- all ---- */

static bool demangle_text(char *name, enum demangle_detail detail, struct sb *out)
{
    if (strncmp(name, "_R", 2) == 0)
        return demangle_rust(name, detail, out);
    if (strncmp(name, "_ZN", 3) == 0 && demangle_old_rust(name, out))
        return true;
    if (strncmp(name, "___Z", 4) == 0)
        return demangle_block(name, detail, out);
    if (strncmp(name, "_GLOBAL_", 8) == 0)
        return demangle_global(name, detail, out);
    return strncmp(name, "_Z", 2) == 0 && demangle_cpp(name, detail, options_for(detail), out);
}

bool demangle_name(struct str mangled, enum demangle_detail detail, struct sb *out)
{
    if (mangled.len < 3 || mangled.len > LIMIT_MANGLED_BYTES || mangled.ptr[0] != '_' ||
        memchr(mangled.ptr, '\0', mangled.len))
        return false;
    char *name = memory_get(out->memory, mangled.len + 1);
    memcpy(name, mangled.ptr, mangled.len);
    name[mangled.len] = '\0';
    bool good = demangle_text(name, detail, out);
    memory_put(out->memory, name);
    return good;
}
