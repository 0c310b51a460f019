/* Which allocation a sample is.
 *
 * A point of the profile is a chain of inlined calls on one line. gc reports an allocation of
 * inlined code at the outermost call, with the text of the inlined body; the function's own
 * compilation reports it where it is written. So a point has two looks: the verdict of this copy
 * (outermost line) and the expression as written (innermost line). The site is the expression as
 * written; copies of it share it.
 *
 * D1. A candidate is a message whose file, line and function fit the point. Messages at an inlined
 *     call's position belong to that call's body, and only to points that show the call.
 * D2. Where several remain, object sizes decide (the profile's "bytes" label is the size class:
 *     runtime/mprof.go). What they do not decide is one ambiguous site, never a guess. */
#include "evidence_int.h"

struct point_sites {
    bool ready;
    struct candidate *candidates;
    size_t count;
    bool has_reason;
    struct runtime_reason reason;
    struct str why; /* neither */
};

void sites_init(struct sites *sites, struct atlas *atlas, const struct points *points,
                struct arena *arena)
{
    *sites = (struct sites){.atlas = atlas, .points = points, .arena = arena};
    intern_init(&sites->keys, atlas->memory);
    sb_init(&sites->scratch, atlas->memory);
    sites->of_point = ARENA_ARRAY(arena, struct point_sites, points->points.len + 1);
}

/* A type whose file cannot be read has no size, which may make a site ambiguous: worth a word. */
static void tell_unread(const struct sites *sites)
{
    struct str first;
    size_t count = sites->types ? syntax_types_unread(sites->types, &first) : 0;
    if (count > 0)
        diag_add(sites->atlas->sink, DIAG_SOURCE_READ, first, 0, DIAG_NO_OFFSET,
                 "%zu files with types cannot be read, this one first", count);
}

void sites_release(struct sites *sites)
{
    tell_unread(sites);
    VEC_RELEASE(sites->atlas->memory, &sites->entries);
    intern_release(&sites->keys);
    sb_release(&sites->scratch);
    syntax_types_free(sites->types);
}

/* ---- expressions ---- */

/* "&errors.errorString{...} escapes to heap" -> "&errors.errorString{...}". */
static struct str expression_of(const struct message *message)
{
    struct str text = message->text;
    if (message->kind == MESSAGE_MOVED_TO_HEAP)
        return str_skip(text, sizeof("moved to heap: ") - 1);
    static const struct str tails[] = {{" escapes to heap", 16}, {" does not escape", 16}};
    for (size_t i = 0; i < COUNT_OF(tails); i++)
        if (str_ends(text, tails[i]))
            return str_slice(text, 0, text.len - tails[i].len);
    return text;
}

/* "(*List[...]).Push" and "Map[int].Sum" without what stands in brackets. */
static struct str without_arguments(struct arena *arena, struct str name)
{
    if (str_find_char(name, '[') < 0)
        return name;
    char *out = arena_text(arena, name.len + 1);
    size_t len = 0;
    int depth = 0;
    for (size_t i = 0; i < name.len; i++) {
        depth += name.ptr[i] == '[';
        if (depth == 0)
            out[len++] = name.ptr[i];
        depth -= name.ptr[i] == ']' && depth > 0;
    }
    return (struct str){out, len};
}

/* Constants in interfaces live in read-only data (cmd/compile/internal/walk/order.go addrTemp):
 * they have a verdict but never allocate. */
static bool never_allocates(struct str expression)
{
    if (expression.len == 0)
        return false;
    char c = expression.ptr[0];
    if (c == '"' || c == '`' || c == '\'')
        return str_find(expression, STR(" + ")) < 0;
    if ((c >= '0' && c <= '9') || str_is(expression, "nil") || str_is(expression, "true") ||
        str_is(expression, "false"))
        return true;
    return str_ends(expression, STR("struct {}{}"));
}

/* ---- candidates ---- */

static bool kind_sized_at_run_time(enum site_kind kind)
{
    switch (kind) {
    case SITE_MAKE_SLICE: case SITE_MAKE_MAP: case SITE_MAP_LITERAL: case SITE_APPEND:
    case SITE_STRING_CONCAT: case SITE_STRING_TO_BYTES: case SITE_BYTES_TO_STRING: case SITE_RUNES:
        return true;
    default:
        return false;
    }
}

/* A map is made of parts of constant size; a slice of a constant length has one too. */
static bool is_runtime_sized(enum site_kind kind, struct str expression)
{
    if (kind == SITE_MAKE_MAP || kind == SITE_MAP_LITERAL)
        return false;
    ptrdiff_t comma = str_find_last(expression, ',');
    uint64_t count;
    if (kind == SITE_MAKE_SLICE && comma > 0 && str_ends(expression, STR(")")))
        return !str_to_u64(str_trim(str_slice(expression, (size_t)comma + 1, expression.len - 1)),
                           &count);
    return kind_sized_at_run_time(kind);
}

/* Does this message speak of an allocation? STAYS does where a stack buffer may be too small (facts
 * of walk: 32-byte buffers for strings and variable make, 8 entries for a map). */
static bool allocation_verdict(const struct message *message, enum site_verdict *verdict)
{
    if (message->kind == MESSAGE_ESCAPES || message->kind == MESSAGE_MOVED_TO_HEAP) {
        *verdict = VERDICT_HEAP;
        return true;
    }
    if (message->kind != MESSAGE_STAYS)
        return false;
    *verdict = VERDICT_MAYBE;
    return kind_sized_at_run_time(site_kind_of(MESSAGE_STAYS, expression_of(message)));
}

/* Which of the packages that printed messages for this place is asked: the file's own one, as a
 * test variant when the profile comes from a test, else the first (an instance of generic code). */
static uint32_t preferred_package(const struct atlas *atlas, const struct located *located,
                                  const uint32_t *messages, size_t count)
{
    const struct compiler *compiler = atlas->compiler;
    uint32_t best = NONE;
    int best_score = -1;
    for (size_t i = 0; i < count; i++) {
        uint32_t index = compiler->messages.at[messages[i]].package;
        if (index == best)
            continue;
        const struct compiled_package *package = &compiler->packages.at[index];
        bool self = str_equal(compiler_str(compiler, package->import_path), located->import_path);
        int score = 2 * self + ((package->for_test != 0) == atlas->tests);
        if (score > best_score) {
            best_score = score;
            best = index;
        }
    }
    return best;
}

struct line_messages {
    const struct located *located;
    const struct message *all;
    const uint32_t *at; /* indexes into all */
    size_t count;
    uint32_t package;
};

static struct line_messages messages_at(const struct atlas *atlas, const struct located *located,
                                        int64_t line)
{
    struct line_messages found = {.located = located, .all = atlas->compiler->messages.at};
    if (line > 0 && line <= UINT32_MAX)
        found.at = compiler_index_at(atlas->index, located->import_path, located->base_name,
                                     (uint32_t)line, &found.count);
    found.package = preferred_package(atlas, located, found.at, found.count);
    return found;
}

/* Is there an "inlining call to callee" at this column (0: any column)? callee may be empty: any.
 */
static bool inlines_at(const struct line_messages *line, uint32_t column, struct str callee)
{
    for (size_t i = 0; i < line->count; i++) {
        const struct message *message = &line->all[line->at[i]];
        if (message->kind != MESSAGE_INLINING_CALL || message->package != line->package ||
            (column != 0 && message->column != column))
            continue;
        struct str name = str_skip(message->text, sizeof("inlining call to ") - 1);
        if (callee.len == 0 || str_ends(name, callee))
            return true;
    }
    return false;
}

bool sites_candidate_of(const struct compiler *compiler, uint32_t message,
                        struct candidate *candidate)
{
    const struct message *at = &compiler->messages.at[message];
    if (at->kind != MESSAGE_ESCAPES && at->kind != MESSAGE_MOVED_TO_HEAP)
        return false;
    *candidate = (struct candidate){.message = message, .written_message = NONE,
                                    .verdict = VERDICT_HEAP, .expression = expression_of(at)};
    candidate->kind = site_kind_of(at->kind, candidate->expression);
    return true;
}

static struct candidate candidate_of(const struct line_messages *line, size_t i,
                                     struct arena *arena, struct str package)
{
    const struct message *message = &line->all[line->at[i]];
    struct candidate candidate = {.message = line->at[i], .written_message = NONE};
    allocation_verdict(message, &candidate.verdict);
    candidate.expression =
        without_shapes(arena, unqualified(arena, expression_of(message), package));
    candidate.kind = site_kind_of(message->kind, expression_of(message));
    candidate.runtime_sized = is_runtime_sized(candidate.kind, candidate.expression);
    return candidate;
}

static bool same_candidate(const struct candidate *a, const struct candidate *b)
{
    return str_equal(a->expression, b->expression) && a->kind == b->kind;
}

/* Keeps the first of equal expressions; a heap verdict wins over one for a stack buffer. */
static void keep_candidate(struct candidate *list, size_t *count, const struct candidate *candidate)
{
    for (size_t i = 0; i < *count; i++)
        if (same_candidate(&list[i], candidate)) {
            if (list[i].verdict != VERDICT_HEAP && candidate->verdict == VERDICT_HEAP)
                list[i] = *candidate;
            return;
        }
    list[(*count)++] = *candidate;
}

enum inlined_messages { WITHOUT_INLINED, ONLY_INLINED, WITH_INLINED };

/* append(x, make([]T, n)...) grows x and makes nothing (cmd/compile/internal/walk/assign.go,
 * isAppendOfMake): the make has a verdict all the same. */
static bool is_appended_make(const struct line_messages *line, const struct message *make)
{
    if (!str_starts(make->text, STR("make([]")))
        return false;
    struct str expression = expression_of(make);
    for (size_t i = 0; i < line->count; i++) {
        struct str text = line->all[line->at[i]].text;
        if (line->all[line->at[i]].kind != MESSAGE_STORY_ESCAPES ||
            !str_starts(text, STR("append(")))
            continue;
        ptrdiff_t at = str_find(text, expression);
        if (at > 0 && str_starts(str_skip(text, (size_t)at + expression.len), STR("...)")))
            return true;
    }
    return false;
}

/* Candidates of one line, by D1. callee: the call whose body is meant (ONLY_INLINED). */
static size_t candidates_on_line(const struct line_messages *line, enum inlined_messages which,
                                 struct str callee, struct str package, struct arena *arena,
                                 struct candidate *list)
{
    size_t count = 0;
    for (size_t i = 0; i < line->count; i++) {
        const struct message *message = &line->all[line->at[i]];
        enum site_verdict verdict;
        if (message->package != line->package || !allocation_verdict(message, &verdict) ||
            is_appended_make(line, message))
            continue;
        bool inlined = inlines_at(line, message->column, which == ONLY_INLINED ? callee : STR_NONE);
        bool argument = str_starts(message->text, STR("... argument"));
        if ((which == WITHOUT_INLINED && inlined && !argument) ||
            (which == ONLY_INLINED && !inlined))
            continue;
        struct candidate candidate = candidate_of(line, i, arena, package);
        keep_candidate(list, &count, &candidate);
    }
    return count;
}

/* "zapcore.Level(0)": a constant of a named type, unless it is a call of a known function. */
static bool is_typed_constant(const struct sites *sites, const struct located *located,
                              struct str expression)
{
    ptrdiff_t paren = str_find_char(expression, '(');
    if (paren <= 0 || !str_ends(expression, STR(")")))
        return false;
    struct str type = str_slice(expression, 0, (size_t)paren), path, name;
    for (size_t i = 0; i < type.len; i++)
        if (!is_name_byte(type.ptr[i]) && type.ptr[i] != '.')
            return false;
    struct str value = str_slice(expression, (size_t)paren + 1, expression.len - 1);
    return !str_is(type, "string") && never_allocates(value) &&
           !atlas_function(sites->atlas, sites->arena, located->import_path, type, &path, &name);
}

/* Does a conversion or concatenation allocate as part of another one? string(b) + "x" reads the
 * bytes of b (cmd/compile/internal/walk/order.go, OADDSTR: when an operand is a constant), and
 * []byte(a + b) is one call (runtime.concatbytes, Go 1.25 and newer). */
static bool is_part_of(const struct candidate *part, const struct candidate *whole)
{
    if (part->kind == SITE_BYTES_TO_STRING && whole->kind == SITE_STRING_CONCAT)
        return str_find_char(whole->expression, '"') >= 0 &&
               str_find(whole->expression, part->expression) >= 0;
    return part->kind == SITE_STRING_CONCAT && whole->kind == SITE_STRING_TO_BYTES &&
           str_ends(whole->expression, STR(")")) &&
           str_equal(str_slice(whole->expression, sizeof("([]byte)(") - 1,
                               whole->expression.len - 1), part->expression);
}

static bool is_part(const struct candidate *list, size_t count, size_t part)
{
    for (size_t i = 0; i < count; i++)
        if (i != part && is_part_of(&list[part], &list[i]))
            return true;
    return false;
}

static size_t drop_parts(struct candidate *list, size_t count)
{
    for (size_t i = 0; i < count;) {
        if (!is_part(list, count, i)) {
            i++;
            continue;
        }
        memmove(list + i, list + i + 1, (count - i - 1) * sizeof(*list));
        count--;
    }
    return count;
}

/* Constants are no candidates; typed ones only look like calls, so they go when others remain. */
static size_t drop_constants(const struct sites *sites, const struct located *located,
                             struct candidate *list, size_t count)
{
    size_t kept = 0, plain = 0;
    for (size_t i = 0; i < count; i++)
        if (!never_allocates(list[i].expression))
            list[kept++] = list[i];
    kept = drop_parts(list, kept);
    for (size_t i = 0; i < kept; i++)
        plain += !is_typed_constant(sites, located, list[i].expression);
    if (plain == 0 || plain == kept)
        return kept;
    size_t to = 0;
    for (size_t i = 0; i < kept; i++)
        if (!is_typed_constant(sites, located, list[i].expression))
            list[to++] = list[i];
    return to;
}

/* A copy's expression among those of its own function. Not exact: the only one of its kind, because
 * constants propagate into copies (make([]byte, n) prints as make([]byte, 16)). */
static const struct candidate *written_of(const struct candidate *copy,
                                          const struct candidate *written, size_t count, bool exact)
{
    const struct candidate *of_kind = NULL;
    for (size_t i = 0; i < count; i++) {
        if (exact && same_candidate(copy, &written[i]))
            return &written[i];
        if (exact || written[i].kind != copy->kind)
            continue;
        if (of_kind)
            return NULL;
        of_kind = &written[i];
    }
    return of_kind;
}

static size_t match_written(struct candidate *copies, size_t count,
                            const struct candidate *written, size_t written_count, bool exact)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct candidate *match = written_of(&copies[i], written, written_count, exact);
        if (!match)
            continue;
        struct candidate copy = copies[i];
        copy.written_message = match->message;
        copy.expression = match->expression;
        keep_candidate(copies, &kept, &copy);
    }
    return kept;
}

/* Only the copies that the innermost line really writes: the same text, else of the same kind. When
 * it writes none of them (gc says nothing there) all remain. */
static size_t match_copies(struct candidate *copies, size_t count, const struct candidate *written,
                           size_t written_count)
{
    for (int exact = 1; exact >= 0; exact--) {
        size_t kept = match_written(copies, count, written, written_count, exact);
        if (kept > 0)
            return kept;
    }
    return count;
}

/* Two functions (a function and a literal in it) may share a line: keep the messages of this one.
 */
static size_t of_function(struct candidate *list, size_t count, const struct atlas *atlas,
                          struct str name)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t id = atlas->compiler->messages.at[list[i].message].function;
        if (id && str_equal(compiler_str(atlas->compiler, id), name))
            kept++;
    }
    if (kept == 0 || kept == count)
        return count;
    size_t to = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t id = atlas->compiler->messages.at[list[i].message].function;
        if (id && str_equal(compiler_str(atlas->compiler, id), name))
            list[to++] = list[i];
    }
    return to;
}

/* ---- points ---- */

static const struct located *located_at(const struct sites *sites, const struct point *point,
                                        uint32_t frame)
{
    return &sites->atlas->functions[sites->points->frames.at[point->first_frame + frame].function];
}

static int64_t line_at(const struct sites *sites, const struct point *point, uint32_t frame)
{
    return sites->points->frames.at[point->first_frame + frame].line;
}

/* Candidates of a point without inlined calls. */
static size_t direct_candidates(struct sites *sites, const struct line_messages *line,
                                struct candidate *list)
{
    size_t count =
        candidates_on_line(line, WITHOUT_INLINED, STR_NONE, STR_NONE, sites->arena, list);
    count = drop_constants(sites, line->located, list, count);
    if (count == 0)
        count = drop_constants(sites, line->located, list,
                               candidates_on_line(line, WITH_INLINED, STR_NONE, STR_NONE,
                                                  sites->arena, list));
    return of_function(list, count, sites->atlas, line->located->name);
}

/* Candidates of a point inside inlined calls: messages of the outermost line, matched with those of
 * the innermost. */
static size_t inlined_candidates(struct sites *sites, const struct point *point,
                                 const struct line_messages *inner,
                                 const struct line_messages *outer, struct candidate *list)
{
    struct candidate *written = ARENA_ARRAY(sites->arena, struct candidate, inner->count + 1);
    size_t written_count = direct_candidates(sites, inner, written);
    const struct located *called = located_at(sites, point, point->frame_count - 2);
    struct str callee = str_base_name(called->name);
    ptrdiff_t dot = str_find_last(callee, '.');
    if (dot >= 0)
        callee = str_skip(callee, (size_t)dot + 1);
    struct str package =
        atlas_package_name(sites->atlas, located_at(sites, point, 0)->import_path);
    size_t count = candidates_on_line(outer, ONLY_INLINED, callee, package, sites->arena, list);
    count = drop_constants(sites, outer->located, list, count);
    count = match_copies(list, count, written, written_count);
    if (count > 0)
        return count;
    memcpy(list, written,
           written_count * sizeof(*written)); /* the copy is unknown: its own verdict */
    for (size_t i = 0; i < written_count; i++)
        list[i].written_message = list[i].message;
    return written_count;
}

/* Where the runtime was entered tells the kind: only candidates of that kind remain, if any. */
static size_t of_entry(struct candidate *list, size_t count, const struct runtime_reason *entry)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        kept += list[i].kind == entry->kind;
    if (kept == 0 || kept == count || entry->kind == SITE_RUNTIME)
        return count;
    size_t to = 0;
    for (size_t i = 0; i < count; i++)
        if (list[i].kind == entry->kind)
            list[to++] = list[i];
    return to;
}

/* Parameters and results that move to the heap are made where the function begins, which is the
 * line of its name even when the signature has several. */
static size_t signature_candidates(struct sites *sites, const struct located *located,
                                   int64_t at, struct candidate *list, size_t room)
{
    struct source *source = atlas_source(sites->atlas, located->import_path, located->base_name,
                                         located->file);
    uint32_t id = source ? syntax_function_named(&source->syntax, located->name) : SYNTAX_NONE;
    if (id == SYNTAX_NONE || (int64_t)source->syntax.functions[id].line != at)
        return 0;
    const struct syntax_function *function = &source->syntax.functions[id];
    uint32_t last = source->syntax.tokens[function->body_begin].line;
    size_t count = 0;
    for (uint32_t line = function->line + 1; line <= last && count == 0; line++) {
        struct line_messages messages = messages_at(sites->atlas, located, line);
        if (messages.count <= room)
            count = candidates_on_line(&messages, WITHOUT_INLINED, STR_NONE, STR_NONE,
                                       sites->arena, list);
    }
    return count;
}

/* What the source says: -m alone names only the functions that can be inlined. Without source the
 * line gets the benefit of the doubt. */
static bool source_line_belongs(struct sites *sites, const struct located *located,
                                struct str root, int64_t line)
{
    struct source *source = atlas_source(sites->atlas, located->import_path, located->base_name,
                                         located->file);
    if (!source)
        return true;
    uint32_t id = syntax_function_at(&source->syntax, (uint32_t)line);
    return id != SYNTAX_NONE && str_equal(root_function(source->syntax.functions[id].name), root);
}

bool sites_line_belongs(struct sites *sites, const struct located *located, int64_t line)
{
    struct str root = root_function(located->name);
    if (located->of_other_package || str_starts(root, STR("init")) ||
        str_starts(root, STR("map.init")) || str_starts(root, STR("glob.")) ||
        str_is(located->base_name, "<autogenerated>"))
        return true;
    if (sites->atlas->compiler->level < 2 && located->known_file)
        return source_line_belongs(sites, located, root, line);
    const struct judged_function *judged = compiler_index_enclosing(
        sites->atlas->index, located->import_path, located->base_name, (uint32_t)line);
    if (!judged)
        return !located->known_file;
    struct str here = without_arguments(sites->arena, root_function(judged->name));
    root = without_arguments(sites->arena, root);
    if (str_equal(here, root))
        return true;
    if (str_ends(root, here) && root.len > here.len && root.ptr[root.len - here.len - 1] == '.')
        return true; /* a literal of a body that was inlined: "Caller.Callee.func1" */
    const struct judged_function *named =
        compiler_index_function(sites->atlas->index, located->import_path,
                                root_function(located->name));
    return named == NULL ? false
                         : sites->atlas->compiler->messages.at[named->message].line <= line &&
                               str_find(located->name, STR("[...]")) >= 0;
}

/* Why a point has neither candidate nor run-time reason. */
static struct str why_not(struct sites *sites, const struct located *located, int64_t line)
{
    if (!located->package && !located->known_file)
        return arena_fmt(sites->arena, "package %.*s is not in the diagnostics",
                         STR_ARGS(located->import_path));
    if (!located->known_file)
        return arena_fmt(sites->arena, "the diagnostics know no file %.*s in %.*s",
                         STR_ARGS(located->base_name), STR_ARGS(located->import_path));
    if (!sites_line_belongs(sites, located, line))
        return arena_fmt(sites->arena, "line %lld is not in %.*s in the analysed sources",
                         (long long)line, STR_ARGS(located->name));
    return STR("no verdict on this line, and nothing on it is known to allocate");
}

/* The compiler's own functions that initialise a package (cmd/compile/internal/pkginit). */
static bool initialises(struct str name)
{
    return str_is(name, "init") || str_starts(name, STR("map.init.")) ||
           str_is(name, "init.ializers");
}

/* The shipped program says which function of the runtime is called here. */
static bool reason_of_call(const struct sites *sites, const struct point *point,
                           struct runtime_reason *reason)
{
    const struct shipped *shipped = sites->atlas->shipped;
    return point->call &&
           reason_of_symbol(shipped_callee(shipped, shipped_site(shipped, point->call)), reason) &&
           !reason->general;
}

/* A function of the runtime that carries another package's name (go:linkname). */
static bool reason_of_linkname(const struct located *written, struct arena *arena,
                               struct runtime_reason *reason)
{
    struct str dir = str_dir_name(written->file);
    if (written->runtime || !dir.ptr || !str_is(str_base_name(dir), "runtime") ||
        str_ends(written->import_path, STR("runtime")))
        return false;
    *reason = (struct runtime_reason){
        .kind = SITE_RUNTIME, .category = CAUSE_RUNTIME,
        .text = arena_fmt(arena, "the runtime's part of package %.*s",
                          STR_ARGS(written->import_path))};
    return true;
}

/* Functions that cgo generates for "C.F" (cmd/cgo/out.go): they copy C memory into Go's. */
static bool reason_of_cgo(const struct located *written, struct runtime_reason *reason)
{
    if (!is_cgo_generated(written->base_name))
        return false;
    bool text = str_starts(written->name, STR("_Cfunc_GoString"));
    *reason = (struct runtime_reason){
        .kind = SITE_CGO, .category = text ? CAUSE_STRING_BUILDING : CAUSE_LIBRARY_CALL,
        .text = text ? STR("C memory is copied into a Go string")
                     : STR("C memory is copied into Go's, or the call into C needs some")};
    return true;
}

static void read_reason(struct sites *sites, const struct point *point, struct point_sites *found)
{
    const struct located *written = located_at(sites, point, 0);
    int64_t line = line_at(sites, point, 0);
    if (point->runtime_entry != NONE &&
        reason_of_symbol(sites->atlas->functions[point->runtime_entry].symbol, &found->reason)) {
        found->has_reason = true;
        return;
    }
    if (reason_of_symbol(written->symbol, &found->reason) ||
        reason_of_linkname(written, sites->arena, &found->reason) ||
        reason_of_cgo(written, &found->reason)) {
        found->has_reason = true;
        return;
    }
    struct source *source = atlas_source(sites->atlas, written->import_path, written->base_name,
                                         written->file);
    if (source && line > 0 && sites_line_belongs(sites, written, line))
        found->has_reason = reason_of_line(&source->syntax, (uint32_t)line, sites->arena,
                                           &found->reason);
    struct runtime_reason called;
    if (reason_of_call(sites, point, &called) &&
        (!found->has_reason || found->reason.kind != called.kind)) {
        found->reason = called;
        found->has_reason = true;
    }
    if (!found->has_reason && initialises(written->name) && written->package) {
        found->has_reason = true;
        found->reason = (struct runtime_reason){
            .kind = SITE_OTHER, .category = CAUSE_GLOBAL,
            .text = STR("package-level data is made when the program starts")};
    }
}

/* Parameters have a verdict too, and are no allocation. */
static bool calls_allocate(enum site_kind kind)
{
    return kind == SITE_NEW || kind == SITE_COMPOSITE || kind == SITE_CLOSURE ||
           kind == SITE_METHOD_VALUE || kind == SITE_SLICE_LITERAL || kind == SITE_VARIADIC ||
           kind == SITE_INTERFACE;
}

/* The compiler says "does not escape", and the shipped program allocates all the same. */
static size_t contradicted_candidates(struct sites *sites, const struct point *point,
                                      const struct line_messages *line, struct candidate *list)
{
    size_t count = 0;
    for (size_t i = 0; point->call && i < line->count; i++) {
        const struct message *message = &line->all[line->at[i]];
        if (message->kind != MESSAGE_STAYS || message->package != line->package)
            continue;
        struct candidate candidate = candidate_of(line, i, sites->arena, STR_NONE);
        candidate.verdict = VERDICT_STACK;
        if (calls_allocate(candidate.kind))
            keep_candidate(list, &count, &candidate);
    }
    count = shipped_refine(sites, point, list, count);
    return count > 0 && list[0].callee.len > 0 ? count : 0;
}

static void read_candidates(struct sites *sites, const struct point *point,
                            struct point_sites *found)
{
    uint32_t outermost = point->frame_count - 1;
    struct line_messages inner =
        messages_at(sites->atlas, located_at(sites, point, 0), line_at(sites, point, 0));
    struct line_messages outer = messages_at(sites->atlas, located_at(sites, point, outermost),
                                             line_at(sites, point, outermost));
    size_t room = inner.count + outer.count + 64;
    found->candidates = ARENA_ARRAY(sites->arena, struct candidate, room);
    if (!sites_line_belongs(sites, inner.located, line_at(sites, point, 0)))
        return;
    if (point->frame_count == 1)
        found->count = direct_candidates(sites, &inner, found->candidates);
    else
        found->count = inlined_candidates(sites, point, &inner, &outer, found->candidates);
    if (found->count == 0)
        found->count = signature_candidates(sites, inner.located, line_at(sites, point, 0),
                                            found->candidates, room);
    if (found->count == 0)
        found->count = contradicted_candidates(sites, point, &inner, found->candidates);
    struct runtime_reason entry;
    if (point->runtime_entry != NONE &&
        reason_of_symbol(sites->atlas->functions[point->runtime_entry].symbol, &entry))
        found->count = of_entry(found->candidates, found->count, &entry);
    for (size_t i = 0; i < found->count; i++)
        size_candidate(sites, inner.located, (uint32_t)line_at(sites, point, 0),
                       &found->candidates[i]);
    found->count = shipped_refine(sites, point, found->candidates, found->count);
}

static const struct point_sites *point_sites(struct sites *sites, uint32_t index)
{
    struct point_sites *found = &sites->of_point[index];
    if (found->ready)
        return found;
    found->ready = true;
    const struct point *point = &sites->points->points.at[index];
    if (point->frame_count == 0) {
        found->why = STR("the profile has no symbols for this address");
        return found;
    }
    if (!point->inside_runtime)
        read_candidates(sites, point, found);
    if (found->count > 0)
        return found;
    read_reason(sites, point, found);
    if (!found->has_reason)
        found->why = why_not(sites, located_at(sites, point, 0), line_at(sites, point, 0));
    return found;
}

/* ---- samples ---- */

/* D2: candidates whose known sizes are not this object's are out, unless all are. */
static size_t fitting(const struct point_sites *found, int64_t object_bytes,
                      struct candidate *list)
{
    size_t count = 0;
    for (size_t i = 0; i < found->count; i++) {
        if (object_bytes <= 0 || may_have_size(&found->candidates[i], (uint64_t)object_bytes))
            list[count++] = found->candidates[i];
    }
    if (count > 0 || found->count == 0)
        return count;
    memcpy(list, found->candidates, found->count * sizeof(*list));
    return found->count;
}

static void site_key(struct sites *sites, const struct located *written, int64_t line,
                     const struct candidate *list, size_t count)
{
    struct sb *key = &sites->scratch;
    sb_clear(key);
    sb_addf(key, "%.*s\t%.*s\t%.*s\t%lld", STR_ARGS(written->import_path), STR_ARGS(written->name),
            STR_ARGS(written->base_name), (long long)line);
    for (size_t i = 0; i < count; i++)
        sb_addf(key, "\t%d %.*s", list[i].kind, STR_ARGS(list[i].expression));
}

static void fill_from_candidates(struct sites *sites, struct site_entry *entry,
                                 const struct candidate *list, size_t count)
{
    struct candidate *kept = ARENA_ARRAY(sites->arena, struct candidate, count);
    memcpy(kept, list, count * sizeof(*kept));
    entry->candidates = kept;
    entry->candidate_count = count;
    entry->ambiguous = count > 1;
    entry->kind = kept[0].kind;
    entry->verdict = kept[0].verdict;
    const struct message *all = sites->atlas->compiler->messages.at;
    uint32_t written = kept[0].written_message != NONE ? kept[0].written_message : kept[0].message;
    entry->column = all[written].column;
    entry->text = all[written].text;
    for (size_t i = 1; i < count; i++) {
        if (kept[i].verdict == VERDICT_HEAP)
            entry->verdict = VERDICT_HEAP;
        uint32_t other =
            kept[i].written_message != NONE ? kept[i].written_message : kept[i].message;
        entry->text = arena_fmt(sites->arena, "%.*s | %.*s", STR_ARGS(entry->text),
                                STR_ARGS(all[other].text));
    }
}

static void fill_from_call(struct sites *sites, const struct point *point,
                           struct site_entry *entry)
{
    const struct shipped *shipped = sites->atlas->shipped;
    if (!point->call)
        return;
    entry->callee = shipped_callee(shipped, shipped_site(shipped, point->call));
    entry->type = shipped_type(shipped, shipped_site(shipped, point->call), sites->arena);
}

static uint32_t site_of(struct sites *sites, uint32_t index, const struct point_sites *found,
                        const struct candidate *list, size_t count)
{
    const struct point *point = &sites->points->points.at[index];
    const struct located *written = located_at(sites, point, 0);
    site_key(sites, written, line_at(sites, point, 0), list, count);
    uint32_t id = intern_add(&sites->keys, sb_str(&sites->scratch));
    if (id <= sites->entries.len)
        return id - 1;
    struct site_entry entry = {.function = sites->points->frames.at[point->first_frame].function,
                               .line = (uint32_t)line_at(sites, point, 0), .point = index,
                               .verdict = VERDICT_NONE};
    if (count > 0) {
        fill_from_candidates(sites, &entry, list, count);
    } else {
        entry.kind = found->reason.kind;
        entry.column = found->reason.column;
        entry.reason = found->reason.text;
        entry.source = found->reason.expression;
        entry.runtime_category = found->reason.category;
        fill_from_call(sites, point, &entry);
    }
    VEC_PUSH(sites->atlas->memory, &sites->entries, entry);
    return id - 1;
}

struct verdict sites_decide(struct sites *sites, uint32_t point, int64_t object_bytes)
{
    const struct point_sites *found = point_sites(sites, point);
    if (found->count == 0 && !found->has_reason)
        return (struct verdict){.site = NONE, .why = found->why};
    struct candidate few[16];
    struct candidate *list = found->count <= COUNT_OF(few)
                                 ? few : ARENA_ARRAY(sites->arena, struct candidate, found->count);
    size_t count = fitting(found, object_bytes, list);
    struct verdict verdict = {.site = site_of(sites, point, found, list, count)};
    for (size_t i = 0; i < count && i < VERDICT_MESSAGES; i++)
        verdict.messages[verdict.message_count++] = list[i].message;
    return verdict;
}
