/* What the files of the evidence room share. The reading guide is at the top of join.c. */
#ifndef UNHEAP_EVIDENCE_INT_H
#define UNHEAP_EVIDENCE_INT_H

#include "evidence.h"
#include "syntax/syntax.h"

#define NONE UINT32_MAX

/* ---- atlas.c: which package, file and source a name of the profile belongs to ---- */

struct source {
    struct str path; /* where it was read; empty when it could not be */
    struct str import_path, base_name;
    struct file file;
    struct syntax_file syntax;
    bool readable;
};

/* A function of the profile, found among the analysed packages. */
struct located {
    struct str symbol;      /* as in the profile */
    struct str import_path; /* "net/http"; a main package gets the path it has in the diagnostics */
    struct str name;        /* gc's: "(*conn).serve" */
    struct str base_name;   /* "server.go" */
    struct str file;        /* the profile's, after -map */
    const struct compiled_package *package; /* NULL: not in the diagnostics */
    bool own;               /* in code of whoever asks, not in a library */
    bool runtime;           /* runtime or internal/runtime */
    bool mapped;            /* a -map applied */
    bool known_file;        /* the diagnostics speak of this file */
    bool of_other_package;  /* the file is another package's than the symbol: a closure that came
                               with an inlined body ("pkg.init.NewPool.func1") */
};

struct atlas {
    const struct memory *memory;
    struct arena *arena;
    const struct profile *profile;
    const struct compiler *compiler;
    struct compiler_index *index;
    struct diag_sink *sink;
    struct shipped *shipped; /* NULL: no binary was given */
    const char *dir;
    struct str cwd, module_path, module_dir, goroot, modcache;
    struct located *functions; /* by index of the profile's function */
    struct intern keys;        /* "import path/base name" -> */
    VEC(struct source *) sources; /* by id of keys - 1 */
    struct map packages;       /* string id of an import path -> index into packages + 1 */
    struct map directories;    /* string id of an import path -> directory text, as pointer */
    struct intern globals;     /* "import path\tname" of package-level variables, the same with a
                                  tab behind it once asked for, and files that were read
                                  (globals.c) */
    bool tests;                /* the profile names _test.go files: prefer test variants */
    bool all_own;              /* no package of the profile was asked for by pattern */
};

void atlas_init(struct atlas *atlas, const struct evidence_request *request,
                const struct profile *profile, const struct compiler *compiler,
                struct arena *arena, struct diag_sink *sink);
void atlas_release(struct atlas *atlas);
/* NULL when it cannot be read. */
struct source *atlas_source(struct atlas *atlas, struct str import_path, struct str base_name,
                            struct str hint);
/* A file for people: relative to the current directory when below it. */
struct str atlas_display(struct atlas *atlas, struct str import_path, struct str base_name,
                         struct str hint);
bool atlas_owns(const struct atlas *atlas, struct str import_path);
/* The function that the symbol table calls package.name, or another package's function as gc prints
 * it inside import_path ("fmt.errorf", "(*zapcore.CheckedEntry).Write"). */
bool atlas_function(const struct atlas *atlas, struct arena *arena, struct str import_path,
                    struct str name, struct str *found_path, struct str *found_name);
/* The directory of a package's sources, or an empty text. */
struct str atlas_directory(struct atlas *atlas, struct str import_path);
/* A package's name: what the go command told, else package_name_of_path. */
struct str atlas_package_name(const struct atlas *atlas, struct str import_path);
/* The path of the import that a file knows by this name; empty when there is none. */
struct str atlas_imported(const struct atlas *atlas, const struct syntax_file *file,
                          struct str name);
/* A symbol as code names it: "yaml.(*parser).node" of "gopkg.in/yaml%2ev3.(*parser).node". */
struct str atlas_function_title(const struct atlas *atlas, struct str symbol);
/* "F" of "F.func1.2", "F-range1", "F.gowrap1", "T.M-fm". */
struct str root_function(struct str name);

/* ---- points.c: where the profile's samples allocate ---- */

/* The frames of the location that allocated, without the runtime's own on top; innermost first. */
struct point {
    uint32_t first_frame, frame_count; /* in points.frames */
    uint32_t runtime_entry;            /* profile function through which the runtime was entered, or
                                          NONE when the profile does not show it (P: Go hides it) */
    uint32_t skipped;                  /* frames of the stack before the point's first */
    bool inside_runtime;               /* nothing but the runtime on this stack's top */
    uint32_t call;                     /* of the shipped program (shipped_call); 0: not known */
};
struct points {
    VEC(struct point) points;
    VEC(struct profile_frame) frames;
    uint32_t *of_sample;
};
void points_read(struct points *points, const struct atlas *atlas, const struct memory *memory);
void points_release(struct points *points, const struct memory *memory);

/* ---- sites.c: which allocation it is ---- */

struct candidate {
    uint32_t message;         /* verdict of this copy: index into compiler->messages */
    uint32_t written_message; /* the same expression in its own function, or NONE */
    struct str expression;    /* without package qualifiers of its own package */
    enum site_kind kind;
    enum site_verdict verdict;
    struct str type;
    uint64_t size;       /* 0 when unknown */
    uint64_t classes[3]; /* sizes that a profile may show for it; none: any */
    size_t class_count;
    bool runtime_sized;         /* its size is chosen when it runs */
    struct str callee;          /* what the shipped program calls for it; empty when unknown */
};

struct site_entry {
    uint32_t function; /* profile function it is written in */
    uint32_t line, column;
    enum site_kind kind;
    enum site_verdict verdict;
    const struct candidate *candidates; /* at least one, or none with a run-time reason */
    size_t candidate_count;
    struct str reason; /* run-time reason; empty when gc's story tells it */
    struct str text;   /* gc's message; empty when it says nothing */
    struct str source; /* the expression in the source that a run-time reason stands for */
    enum cause_category runtime_category;
    struct str callee, type; /* of a run-time reason, from the shipped program; may be empty */
    bool ambiguous;
    uint32_t point;    /* the point that showed it first */
};

enum { VERDICT_MESSAGES = 8 };
/* What one sample turned out to be. */
struct verdict {
    uint32_t site;  /* index into sites, or NONE */
    uint32_t messages[VERDICT_MESSAGES]; /* this copy's verdicts; several for an ambiguous site */
    size_t message_count;
    struct str why; /* when there is no site */
};

struct sites {
    struct atlas *atlas;
    const struct points *points;
    struct arena *arena;
    struct intern keys;
    VEC(struct site_entry) entries; /* by id of keys - 1 */
    struct point_sites *of_point;
    struct syntax_types *types;
    struct sb scratch;
};
void sites_init(struct sites *sites, struct atlas *atlas, const struct points *points,
                struct arena *arena);
void sites_release(struct sites *sites);
struct verdict sites_decide(struct sites *sites, uint32_t point, int64_t object_bytes);
/* A message as a candidate, when it says that something is on the heap: kind and expression. */
bool sites_candidate_of(const struct compiler *compiler, uint32_t message,
                        struct candidate *candidate);
/* Is the line in that function in the analysed sources too? */
bool sites_line_belongs(struct sites *sites, const struct located *located, int64_t line);

/* ---- names.c: names in the expressions that gc prints ---- */

/* The last element of an import path that is a name: "yaml" of "gopkg.in/yaml.v3", "v2" is none. */
struct str package_name_of_path(struct str import_path);
/* The file that cgo writes: one function for each that the package calls in C. */
bool is_cgo_generated(struct str base_name);
/* "strlen" of "_Cfunc_strlen", as cgo calls C.strlen; empty for other functions. */
struct str name_in_c(struct str function);
/* Names of a package in an inlined copy are qualified with it ("fmt.a"): takes "name." off. */
struct str unqualified(struct arena *arena, struct str text, struct str package);
/* Does a text name something that no other package can name, "net.addr" for "net"? Then it stands
 * in a body of that package. */
bool names_private(struct str text, struct str package);
/* Instances of generic code print their shapes, "&box[go.shape.int]{...}": one expression has one
 * text, with "[...]" for them. */
struct str without_shapes(struct arena *arena, struct str text);

/* ---- sizes.c: how large is what a message speaks of ---- */

/* Fills type, size and classes of a candidate that is written at this line. */
void size_candidate(struct sites *sites, const struct located *written, uint32_t line,
                    struct candidate *candidate);
bool may_have_size(const struct candidate *candidate, uint64_t object_bytes);

/* ---- shipped.c: what the shipped program says ---- */

/* In the atlas's arena; the binary must outlive it. The atlas is complete but for this. */
struct shipped *shipped_new(const struct binary *binary, const struct atlas *atlas);
void shipped_release(struct shipped *shipped);
/* Do the profile's addresses lie where the program has its functions and lines? */
bool shipped_is_same_build(const struct shipped *shipped);
/* The call at a location of the profile: a number from 1, 0 when it is not known. shipped may be
 * NULL. */
uint32_t shipped_call(const struct shipped *shipped, uint32_t location);
const struct binary_site *shipped_site(const struct shipped *shipped, uint32_t call);
struct str shipped_callee(const struct shipped *shipped, const struct binary_site *site);
/* What it allocates: a name with the package's path, "[]T" for slices; empty when unknown. */
struct str shipped_type(const struct shipped *shipped, const struct binary_site *site,
                        struct arena *arena);
/* Of the candidates of a point only those that its calls are made for, with their type and size.
 * Returns how many remain. */
size_t shipped_refine(struct sites *sites, const struct point *point, struct candidate *list,
                      size_t count);
/* Is there a call at that line, in the function or inlined from it, that could be the
 * candidate's? */
bool shipped_may_allocate(struct shipped *shipped, const struct candidate *candidate,
                          struct str function, struct str base_name, uint32_t line);

/* ---- runtime_reasons.c: allocations that have no escape verdict ---- */

struct runtime_reason {
    enum site_kind kind;
    enum cause_category category;
    struct str text; /* the reason, a sentence without a full stop */
    struct str expression; /* from the source, may be empty */
    uint32_t column;
    bool general;    /* no more than "the runtime" is known */
};
/* From the symbol through which the runtime was entered, or of the runtime itself. */
bool reason_of_symbol(struct str symbol, struct runtime_reason *reason);
/* From what stands on the source line. */
bool reason_of_line(const struct syntax_file *file, uint32_t line, struct arena *arena,
                    struct runtime_reason *reason);

/* ---- steps.c: the single steps between an allocation and the heap ---- */

enum step_class {
    STEP_SITE,        /* the allocation itself */
    STEP_FLOW,        /* one of gc's "from" lines */
    STEP_RETURN,      /* a flow step that hands the value to callers */
    STEP_CALL,        /* the value arrives in a caller */
    STEP_FATE,        /* what the caller does with it */
    STEP_CONSTRUCTOR, /* it dies in the caller: the function was not inlined */
    STEP_SIZE,        /* it is on the heap for its size: at the allocation, wherever inlined */
    STEP_PAYING_CALL, /* own code's call into the library that allocates */
};
struct step {
    enum step_class class;
    enum cause_category category;
    bool own;
    bool boxes;           /* the value is converted to an interface here */
    bool library_body;    /* it lies in a library function's body, inlined at this own line */
    struct str function;  /* symbol it is in; empty when unknown */
    struct place place;
    struct str expression;
    struct str detail;    /* callee, container, reason of not inlining ... */
    struct str passed;    /* of a flow's call: the value that is passed, as gc prints it */
    struct str title;     /* of a function, for people: what is called or was not inlined */
    struct str sentence;  /* for stories */
    struct str import_path, base_name;
};
struct steps {
    struct intern keys;
    VEC(struct step) at; /* by id of keys - 1 */
    struct sb scratch;
};
void steps_init(struct steps *steps, const struct memory *memory);
void steps_release(struct steps *steps, const struct memory *memory);
/* What makes two steps the same one. Parts that do not matter for a class stay empty. */
struct step_key {
    enum step_class class;
    struct str place; /* "import path/file", or another name of where it is */
    uint32_t line, column;
    struct str expression;
};
/* Index of the step with this key; *added when it is new and must be filled in. */
uint32_t steps_add(struct steps *steps, const struct memory *memory, const struct step_key *key,
                   bool *added);

/* ---- trace.c: an allocation's way to the heap ---- */

/* The way of one sample's value, allocation first. */
struct trace_link {
    uint32_t step;
    bool dominates; /* E3 */
};
struct group {
    uint32_t site;
    struct trace_link *links;
    size_t link_count;
    bool followed;  /* callers told what becomes of a returned value */
    bool from_pool; /* the New of a sync.Pool made it */
    int64_t value, other_value; /* of the sample type, and of the one it is compared with */
    double samples, variance;
    uint32_t cause;
};
struct tracer {
    struct atlas *atlas;
    struct sites *sites;
    const struct points *points;
    struct steps *steps;
    bool in_use;           /* the sample type is what lives, not what was allocated */
    struct arena *arena;   /* lives as long as the evidence */
    struct arena scratch;
    struct intern keys;    /* of groups */
    VEC(struct group) groups;
    struct map flows;      /* message -> struct flow * */
    struct map fates;      /* caller and callee -> struct continuation * */
    VEC(struct trace_link) links; /* the one being built */
    struct sb text;
};
void tracer_init(struct tracer *tracer, struct atlas *atlas, struct sites *sites,
                 const struct points *points, struct steps *steps, struct arena *arena);
void tracer_release(struct tracer *tracer);
/* The group that a sample belongs to. */
uint32_t tracer_group(struct tracer *tracer, size_t sample, const struct verdict *verdict,
                      uint32_t point);

/* The step of class STEP_SIZE at a site. */
uint32_t size_step(struct tracer *tracer, uint32_t site, enum cause_category category,
                   struct str sentence);

/* gc's explanation as steps. */
struct flow {
    uint32_t *steps;
    size_t count;
    bool returned;         /* it ends in a result of the function */
    uint32_t result;       /* which, from 0 */
    bool contained;        /* what is returned is something that holds the value */
};
/* function: that was compiled with the allocation in it; NULL for a leaking parameter's
 * explanation. */
const struct flow *flow_of(struct tracer *tracer, uint32_t message, const struct located *function);

/* ---- globals.c: package-level variables ---- */

/* Does a statement at this step that stores into target ("orders[id]", "s.items", "lib.Last") store
 * into a package-level variable? */
bool target_is_global(struct atlas *atlas, const struct step *step, struct str target);

/* ---- chain.c: where gc's explanations go on ---- */

/* The explanation of what another one ends in (a literal, a closure, a variable that moved to the
 * heap): index of its record, or NONE. step: where the last step of the first one lies. */
uint32_t chain_next(const struct atlas *atlas, uint32_t message, const struct story_step *last,
                    const struct step *step);
/* The same where the last step leaves the value in a variable that one of its method values takes
 * to the heap, for which gc has no "from" line (escape/expr.go, OMETHVALUE). */
uint32_t chain_method_value(const struct atlas *atlas, uint32_t message,
                            const struct story_step *last, const struct step *step);
/* Where a step of an inlined own function is written: changes told's position. false when it is not
 * inlined, or nothing says where. */
bool chain_written(struct tracer *tracer, const struct step *step, struct story_step *told);
/* "F" of "inlining call to F". */
struct str inlined_callee(const struct message *message);

/* ---- payer.c: the call in own code that a library's allocations are paid by ---- */

/* The step of the innermost own frame's call into a library; NONE when own code is on top or
 * absent. */
uint32_t payer_of_stack(struct tracer *tracer, const struct profile_frame *frames, size_t count);
/* The same of an own site whose one message lies in a library's body that was inlined there: the
 * profile does not always have a frame for it. NONE when it does not. */
uint32_t payer_of_message(struct tracer *tracer, uint32_t message);
/* The same of a flow's step at a library's call in own code; called: the name of what is called,
 * may be empty. NONE when there is none. *library_body: the step lies in its inlined body. */
uint32_t payer_of_step(struct tracer *tracer, const struct step *step, struct str called,
                       bool *library_body);

/* ---- callee.c: what a call in a caller's source calls ---- */

/* What the sources say of types; made when first asked for. */
struct syntax_types *sites_types(struct sites *sites);
enum callee_kind {
    CALLEE_UNKNOWN,
    CALLEE_FUNCTION,  /* a function or method by this name, if gc judged one */
    CALLEE_INTERFACE, /* a method of an interface */
};
struct callee {
    struct str import_path, name; /* gc's: "(*T).M"; for CALLEE_FUNCTION */
};
/* A call in a source: "pkg.F", "F", "x.M", "x.field.M". */
struct called {
    struct str text;
    uint32_t line;
};
enum callee_kind callee_resolve(struct sites *sites, const struct located *caller,
                                const struct source *source, const struct called *called,
                                struct callee *callee);
/* The declaration of a judged function by gc's name, the source that it stands in and that one's
 * path as gc prints it; NULL when there is none. */
const struct syntax_function *callee_declared(struct atlas *atlas, struct str import_path,
                                              struct str name, struct source **source,
                                              struct str *path);
/* Is this result of a function an interface, behind which gc would not see one type even if it
 * inlined the function? */
bool callee_hides_type(struct sites *sites, const struct located *function, uint32_t result);

/* ---- follow.c: through the callers ---- */

enum ending { ENDING_UNKNOWN, ENDING_DIES, ENDING_KEPT, ENDING_RETURNED };
/* What a caller does with a returned value. */
struct continuation {
    enum ending ending;
    uint32_t call_step;     /* "x := NewT()" */
    uint32_t *steps;        /* steps that dominate, in order, after call_step */
    size_t step_count;
    uint32_t *others;       /* steps that do not dominate (one of several fates) */
    size_t other_count;
    uint32_t result;        /* for ENDING_RETURNED: which result of the caller */
};
/* What is followed. */
struct followed_value {
    struct str type_path, type; /* "Order" of that package; empty when unknown */
    uint32_t maker;             /* profile function that was compiled with the allocation in it */
    uint32_t callee, result;    /* whose result it is now */
    bool contained; /* it lies inside what is returned: reading a field may take it out */
    uint32_t site;
    enum cause_category needs_heap; /* why it would not be on the stack even when the maker were
                                       inlined; CAUSE_OTHER when it would */
};
const struct continuation *follow_call(struct tracer *tracer, uint32_t caller, uint32_t line,
                                       const struct followed_value *value);
/* How a function treats its parameter: the receiver is number -1. Ordered by strength. */
enum leak { LEAK_UNKNOWN, LEAK_NONE, LEAK_CONTENT, LEAK_RESULT, LEAK_HEAP };
enum leak parameter_leak(struct atlas *atlas, struct str import_path, struct str name, int number,
                         uint32_t *message);

/* ---- rank.c: which steps to change ---- */

struct ranked {
    uint32_t step;
    int64_t value;
    double samples, variance;
};
/* Gives each group a cause (index into *ranked), largest first. */
size_t rank_groups(struct group *groups, size_t group_count, const struct steps *steps,
                   const struct memory *memory, struct arena *arena, struct ranked **ranked);

/* ---- results.c: sites, causes and unexplained rows for the outside ---- */

/* What is added up for a site while samples are read. */
struct site_sum {
    int64_t value;
    double samples, variance;
    int64_t object_bytes; /* the one size seen; -1 for various */
    uint32_t copies, best_point, best_group;
    int64_t best_value, best_group_value;
};
struct unexplained_sum {
    uint32_t function, line;
    struct str why;
    int64_t value;
};
struct joiner {
    struct evidence *evidence;
    const struct evidence_request *request;
    struct atlas *atlas;
    struct points points;
    struct sites sites;
    struct steps steps;
    struct tracer tracer;
    struct arena scratch;
    uint32_t type, other_type; /* NONE when there is none */
    struct profile_sampler sampler;
    uint32_t *sample_group; /* by sample; NONE: unexplained */
    VEC(struct site_sum) site_sums;
    struct map copy_sums;   /* site and point -> value */
    struct map unexplained_ids;
    VEC(struct unexplained_sum) unexplained;
    struct ranked *ranked;
    size_t ranked_count;
};
void build_sites(struct joiner *joiner);
void build_causes(struct joiner *joiner);
void build_unexplained(struct joiner *joiner);
/* By value, then by place. */
void sites_sort(struct site *list, size_t count);

/* ---- elided.c: does it really allocate? ---- */

/* Fills evidence->elided, when there is a shipped program. */
void build_elided(struct joiner *joiner);

/* ---- picture.c: the flow graph of a cause ---- */

/* groups: the ones of this cause, largest first. */
void draw_cause(const struct joiner *joiner, uint32_t cause_step, const uint32_t *groups,
                size_t group_count, struct cause *cause);

/* ---- tell.c: sentences for people ---- */

/* What tells one cause from another for its sentences. */
struct cause_facts {
    const struct step *step;
    enum cause_category category;
    const struct site *largest; /* the site that gives it most */
    size_t site_count;
    struct str written; /* that site's expression in the source, where gc's is no Go; else empty */
    struct str library; /* the library's function that it stands in, "net.ParseIP"; else empty */
    bool leads;         /* it gives more than half of the bytes */
    bool boxed;         /* its value is in an interface when it comes to the step */
    bool from_pool;     /* it is made by the New of a sync.Pool */
};
/* Is the source clearer than gc's text of the allocation? */
bool tell_prefers_source(const struct site *site);
struct str tell_cause(struct arena *arena, const struct cause_facts *facts);
struct str tell_advice(struct arena *arena, const struct cause_facts *facts);
struct str tell_flow_step(struct arena *arena, const struct story *story, size_t index);
void tell_story(struct arena *arena, const struct steps *steps, const struct group *group,
                struct told_step **story, size_t *count);
struct str arena_fmt(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
