/* copies: gc reports what inlining copied at the outermost call, as if it were written there.
 *
 * In text the only trace of it is a message "inlining call to F" with the same position. At a
 * call's position, which is its "(", little else can be: the call's result converted to an
 * interface (gc then prints the result as ~r0), and the slice of a variadic call's arguments. What
 * is left is a copy, even where F's own report has it in other words (a constant argument stands
 * for the parameter). A function literal that is called where it stands has no report of its own:
 * its allocations stay with the call, unless F's report holds them, or F was not asked about (then
 * the expression is written in code that the gate does not look at). */
#include "gate_int.h"

/* A message "inlining call to F", in the chain of those at its place. */
struct inlined_call {
    uint32_t message; /* index */
    uint32_t next;    /* index + 1 */
};

struct gate_copies {
    const struct memory *memory;
    const struct said *said;
    struct map calls;    /* of a place: index + 1 of its first call in `inlined` */
    struct map reported; /* of a function's name and an expression in it */
    struct map known;    /* names of functions that were asked about */
    VEC(struct inlined_call) inlined;
};

static uint64_t place_key(const struct message *message)
{
    return hash_mix(message->path, (uint64_t)message->line << 16 | message->column);
}

/* "F" of "F[go.shape.int]": the text before type arguments. */
static struct str plain_name(struct str name)
{
    ptrdiff_t bracket = str_find_char(name, '[');
    return bracket < 0 ? name : str_slice(name, 0, (size_t)bracket);
}

static uint64_t name_key(struct str package, struct str function)
{
    struct str plain = plain_name(function);
    return hash_mix(hash_bytes(package.ptr, package.len), hash_bytes(plain.ptr, plain.len));
}

/* The name that code of other packages knows a package by, as far as its path tells. */
static struct str package_word(struct str import_path)
{
    struct str word = str_base_name(import_path);
    if (word.len > 1 && word.ptr[0] == 'v' && word.ptr[1] >= '0' && word.ptr[1] <= '9') {
        struct str dir = str_dir_name(import_path);
        return dir.len ? str_base_name(dir) : word;
    }
    return word;
}

static struct str callee_of(const struct message *message)
{
    return str_skip(message->text, sizeof("inlining call to ") - 1);
}

static void call_add(struct gate_copies *copies, uint32_t index, const struct message *message)
{
    bool added;
    uint64_t *first = map_put(&copies->calls, place_key(message), &added);
    struct inlined_call call = {index, (uint32_t)*first};
    VEC_PUSH(copies->memory, &copies->inlined, call);
    *first = copies->inlined.len; /* map_put gave room for it */
}

/* A function is known by two names: its own package's, and "word.F" of all others. */
static void function_add(struct map *map, struct str package, struct str function, uint64_t more)
{
    bool added;
    *map_put(map, hash_mix(name_key(package, function), more), &added) = 1;
    *map_put(map, hash_mix(name_key(package_word(package), function), more), &added) = 1;
}

static void message_add(struct gate_copies *copies, uint32_t index)
{
    const struct compiler *compiler = copies->said->compiler;
    const struct message *message = &compiler->messages.at[index];
    struct str function = compiler_str(compiler, message->function);
    if (message->kind == MESSAGE_INLINING_CALL)
        call_add(copies, index, message);
    else if ((message->kind == MESSAGE_CAN_INLINE || message->kind == MESSAGE_CANNOT_INLINE) &&
             str_find(function, STR(".func")) < 0)
        function_add(&copies->known, said_package(copies->said, message), function, 0);
}

/* A site's own function, and its expression there. */
static void report_add(struct gate_copies *copies, const struct said_site *site)
{
    const struct message *message = &copies->said->compiler->messages.at[site->message];
    function_add(&copies->reported, said_package(copies->said, message), site->function,
                 gate_unqualified_hash(message->text));
}

struct gate_copies *gate_copies_new(const struct said *said, const struct memory *memory)
{
    struct gate_copies *copies = memory_get(memory, sizeof(*copies));
    *copies = (struct gate_copies){.memory = memory, .said = said};
    map_init(&copies->calls, memory);
    map_init(&copies->reported, memory);
    map_init(&copies->known, memory);
    for (size_t i = 0; i < said->compiler->packages.len; i++) {
        const struct compiled_package *package = &said->compiler->packages.at[i];
        for (size_t k = 0; package->wanted && k < package->message_count; k++)
            message_add(copies, (uint32_t)(package->first_message + k));
    }
    for (size_t i = 0; i < said->list.len; i++)
        report_add(copies, &said->list.at[i]);
    return copies;
}

void gate_copies_free(struct gate_copies *copies)
{
    map_release(&copies->calls);
    map_release(&copies->reported);
    map_release(&copies->known);
    VEC_RELEASE(copies->memory, &copies->inlined);
    memory_put(copies->memory, copies);
}

/* What is the call's own, whatever is inlined there. */
static bool is_of_the_call(const struct message *message)
{
    struct str subject = said_subject(message);
    return str_contains(subject, STR("~r")) || str_is(subject, "... argument");
}

/* Is the callee, as a caller in `package` names it, in the map? */
static bool is_in(const struct map *map, struct str package, struct str callee, uint64_t more)
{
    struct str rest = callee;
    struct str word = str_cut(&rest, '.');
    return map_get(map, hash_mix(name_key(package, callee), more)) ||
           (rest.ptr && map_get(map, hash_mix(name_key(word, rest), more)));
}

/* A function literal, or the body of a loop over a function. */
static bool is_literal(struct str callee)
{
    return str_find(callee, STR(".func")) >= 0 || str_find(callee, STR("-range")) >= 0;
}

bool gate_is_copy(const struct gate_copies *copies, const struct message *message)
{
    size_t places;
    const struct compiler *compiler = copies->said->compiler;
    if (compiler_inlined_at(compiler, message, &places) && places > 0)
        return true;
    const uint64_t *first = map_get(&copies->calls, place_key(message));
    struct str package = said_package(copies->said, message);
    uint64_t text = gate_unqualified_hash(message->text);
    bool foreign = false, literal = message->column == 0;
    for (uint64_t at = first ? *first : 0; at; at = copies->inlined.at[at - 1].next) {
        uint32_t index = copies->inlined.at[at - 1].message;
        struct str callee = callee_of(&compiler->messages.at[index]);
        if (is_in(&copies->reported, package, callee, text))
            return true;
        literal |= is_literal(callee);
        foreign |= !is_in(&copies->known, package, callee, 0) && !is_literal(callee);
    }
    return first && (foreign || !literal) && !is_of_the_call(message);
}
