/* What the files of the report room share. The reading guide: utf8.c, wrap.c and amount.c write
 * single words, source.c reads lines of source, facts.c says what holds for a whole report, and
 * text.c with story.c, hot_json.c and page.c each make one document of them. */
#ifndef UNHEAP_REPORT_INT_H
#define UNHEAP_REPORT_INT_H

#include <jansson.h>

#include "compare/compare.h"
#include "report.h"

/* ---- utf8.c: foreign bytes made fit to be shown ---- */

enum { CODE_REPLACEMENT = 0xfffd };
/* Reads one code point at text[*pos] and steps over it; a malformed byte gives CODE_REPLACEMENT
 * (the Unicode standard, table 3-7: which byte sequences are well formed). */
uint32_t utf8_next(struct str text, size_t *pos);
void utf8_add(struct sb *out, uint32_t code);
/* The text as valid UTF-8, nothing else changed. */
void utf8_add_valid(struct sb *out, struct str text);
/* The text as one line that a terminal cannot be steered with: white space becomes a blank, control
 * and bidirectional formatting characters become U+FFFD. */
void utf8_add_line(struct sb *out, struct str text);
/* Code points, as columns. */
size_t utf8_width(struct str text);

/* ---- wrap.c: text in columns ---- */

/* Cuts the next line of at most `width` columns off *rest, between words where there is one; the
 * last leaves *rest empty. */
struct str wrap_next(struct str *rest, size_t width);
/* A paragraph. The first line goes on where the cursor is, at column `indent`; the following ones
 * start with that many blanks. Ends with a line feed. */
void wrap_add(struct sb *out, struct str text, size_t indent, size_t columns);
/* `text` in exactly `width` columns (cut or filled), at the left or the right. */
void column_left(struct sb *out, struct str text, size_t width);
void column_right(struct sb *out, struct str text, size_t width);
/* "internal/order/order.go:131" in at most `width` columns: folders go first. line 0: no line. */
void place_add(struct sb *out, const struct place *place, size_t width);
/* "encoding/json.(*encodeState).marshal" as Go's users say it: "json.(*encodeState).marshal". */
struct str function_short(struct str function);

/* ---- amount.c ---- */

/* "702-784MB" with an en dash: a range in one unit, three digits each. */
void amount_range(struct sb *out, int64_t low, int64_t high, struct str unit);
/* "12,345" */
void amount_grouped(struct sb *out, uint64_t count);
double amount_fraction(int64_t value, int64_t total);

/* ---- curve.c: figures over time ---- */

/* One block for each value, `most` being the full height of the line; what is not above 0 is a
 * blank. */
void curve_add(struct sb *out, const double *values, size_t count, double most);

/* ---- facts.c: what holds for a whole report ---- */

/* What a sample type measures, in plain words; empty for one that is not known. */
struct str fact_meaning(struct str type_name);
/* How many of the first ranked causes cover four fifths of the total (or all of them), and how much
 * they cover. */
struct coverage {
    size_t causes;
    int64_t value;
};
struct coverage fact_coverage(const struct evidence *evidence);
uint64_t fact_samples(const struct evidence *evidence); /* sampled objects behind all causes */
/* Lines that start with "warning: " or "note: ": what the reader must know before he believes. */
void fact_notices(const struct evidence *evidence, struct sb *out);
/* "&Order{...} escapes to heap" as "&Order{...}". */
struct str fact_without_verb(struct str text);
/* The cause in its own words, else in those of its category. */
struct str fact_cause_text(const struct cause *cause);
/* The site's expression; else its type, its run-time reason, or its kind. */
struct str fact_expression(const struct site *site);

/* ---- source.c: lines of source files ---- */

/* A file read whole, with the places where its lines start. */
struct source_file {
    const struct memory *memory;
    struct file file;
    VEC(size_t) starts; /* of line i + 1 */
};
/* False when it cannot be read or is not text. A report without source is one: the sink (may be
 * NULL) gets a note, no error. */
bool source_open(struct source_file *source, struct str path, const struct memory *memory,
                 struct diag_sink *sink);
void source_close(struct source_file *source);
/* 1-based, without its line feed; empty beyond the end. */
struct str source_line(const struct source_file *source, size_t line);
/* The line as it looks: tabs are `tab` blanks, no control characters, cut to `width`. */
void source_add_line(struct sb *out, struct str line, size_t tab, size_t width);

/* ---- paint.c and story.c: the terminal ---- */

enum paint { PAINT_TITLE, PAINT_DIM, PAINT_BAR, PAINT_MARK, PAINT_WARNING, PAINT_COUNT };
struct text_ctx {
    const struct evidence *evidence;
    const struct report_style *style;
    size_t columns, prose; /* how wide lines, and paragraphs, may be */
    struct sb *out;
    struct sb scratch; /* one cell of a line; empty between two */
};
/* Nothing without style->color. */
void paint_on(struct text_ctx *ctx, enum paint paint);
void paint_off(struct text_ctx *ctx);
/* Whole lines, each painted alone, as pagers want it. */
void paint_lines(struct text_ctx *ctx, enum paint paint, struct str lines);
/* One cause at length. */
void story_add(struct text_ctx *ctx, size_t cause_index);

/* ---- json.c: jansson's values streamed into a string builder ---- */

/* One value at a time is built with jansson and written; the document's own brackets are written by
 * hand, so that memory holds one element. Out of memory goes to memory's `exhausted` (B1). With
 * `in_html` the text may stand in a script element: "<" is written as an escape. */
struct json_out {
    const struct memory *memory;
    struct sb *out;
    struct sb scratch;
    bool in_html;
    bool first; /* of the current list or object */
};
void json_out_init(struct json_out *json, const struct memory *memory, struct sb *out,
                   bool in_html);
void json_out_release(struct json_out *json);
/* Document structure: `name` NULL inside a list. */
void json_begin(struct json_out *json, const char *name, char bracket);
void json_end(struct json_out *json, char bracket);
/* Writes `value` and drops it. */
void json_write(struct json_out *json, const char *name, json_t *value);
/* Values. Objects and lists own what is put into them. */
json_t *json_new_object(struct json_out *json);
json_t *json_new_list(struct json_out *json);
json_t *json_new_text(struct json_out *json, struct str text);
json_t *json_new_number(struct json_out *json, int64_t number);
json_t *json_new_fraction(struct json_out *json, double fraction);
json_t *json_new_bool(struct json_out *json, bool truth);
void json_put(struct json_out *json, json_t *object, const char *name, json_t *value);
void json_push(struct json_out *json, json_t *list, json_t *value);

/* ---- hot_json.c: elements of unheap.hot/1, which the page shows too ---- */

/* With its `max_parts` dearest sites. */
json_t *hot_json_cause(struct json_out *json, const struct evidence *evidence, size_t cause_index,
                       size_t max_parts);
json_t *hot_json_site(struct json_out *json, const struct evidence *evidence, size_t site_index);
json_t *hot_json_unexplained(struct json_out *json, const struct unexplained *unexplained);
json_t *hot_json_story(struct json_out *json, const struct told_step *story, size_t story_count);

/* ---- diff_json.c: elements of unheap.diff/1, which the page shows too ---- */

/* Everything behind the schema, into the current object; at most max_rows rows of a kind. */
void diff_json_body(struct json_out *json, const struct report_diff *report, size_t max_rows);

/* ---- diff_words.c: what the reports of a comparison share ---- */

/* "+1.50MB", "-12kB", "0"; fractions of a byte where values are per second or request. */
void diff_amount(struct sb *out, double value, struct str unit, bool sign);
/* "+12.3 – +15.0MB" */
void diff_range(struct sb *out, double low, double high, struct str unit);
/* Whether a total says anything: it is looked at, or not 0 on both sides. */
bool diff_has_total(const struct compare_total *total);
/* "+12.3%", "new", "gone", "x3.4" for what more than doubled, "" when nothing was there. */
void diff_percent(struct sb *out, const struct change *change);
/* What values are divided by: "request", "second"; empty when by nothing. */
struct str diff_per(const struct report_diff *report);
/* "bytes per request" */
struct str diff_unit(const struct report_diff *report, struct str unit, struct sb *room);
/* Lines of prose: what was compared, how it was scaled, and what a verdict means. */
void diff_notes(const struct report_diff *report, struct sb *out);
/* The sentence that says how a rule came out. */
void diff_rule(const struct report_diff *report, const struct report_rule *rule, struct sb *out);
/* The rows that a report is asked for. */
const struct compare_row *diff_rows(const struct report_diff *report, size_t *count);
size_t diff_verdicts(const struct report_diff *report, enum compare_verdict verdict);
/* "sites", "functions", "causes" */
const char *diff_rows_name(const struct report_diff *report, size_t count);

/* ---- flame.c: the profile as a tree of calls ---- */

/* Calls are functions of the profile, labels are indexes into causes, or EVIDENCE_NONE. True in
 * *below_zero: samples below zero were left out (a profile with -base). */
void flame_build(struct call_tree *tree, const struct evidence *evidence, int64_t least,
                 size_t max_nodes, bool *below_zero);

/* calls_page.c: the function in a call's name, which may have an address before it and a place
 * after it ("00000000004a2b10 main.run main.go:7"). Blanks within brackets are its own. */
struct str call_function(struct str name);

/* tree_json.c: the elements "parent", "name" and "value", by node. names[call] is the index of a
 * call's name; the root's is 0. */
void tree_write_nodes(struct json_out *json, const struct call_tree *tree, const uint32_t *names);

/* ---- page_fill.c: what is common to pages made from a template (page/embed.py) ---- */

/* What a template leaves to be put in. */
enum page_slot { PAGE_SLOT_TITLE, PAGE_SLOT_TEXT, PAGE_SLOT_DATA, PAGE_SLOT_END };
struct page_piece {
    const char *text;
    size_t len;
    enum page_slot slot; /* what follows */
};
/* Who adds it. Title and text are plain, page_fill escapes them; the text is for readers without
 * JavaScript, PAGE_TEXT_COLUMNS wide. The data are JSON as json_out makes it for pages. */
enum { PAGE_TEXT_COLUMNS = 100 };
struct page_filler {
    const void *ctx;
    void (*title)(const void *ctx, struct sb *out);
    void (*text)(const void *ctx, struct sb *out);
    void (*data)(const void *ctx, struct sb *out);
};
void page_fill(const struct page_piece *pieces, size_t count, const struct page_filler *filler,
               struct sb *out);
/* Text as HTML: valid UTF-8, with what could begin markup or end an attribute escaped. */
void page_add_escaped(struct sb *out, struct str text);

/* ---- page_*.c: what the page carries with it ---- */

/* How much of the evidence the page holds: the first so many of each. */
struct page_extent {
    size_t causes, sites, unexplained;
    size_t whole_bytes, excerpt_bytes; /* of source */
};
/* page_data.c: everything, as one JSON object (its reader is page/data.js). */
void page_write_data(struct json_out *json, const struct evidence *evidence,
                     const struct report_style *style);
/* page_sources.c: the list "files": whole ones while whole_bytes last, then excerpts while
 * excerpt_bytes last, then names. */
void page_write_files(struct json_out *json, const struct evidence *evidence,
                      const struct page_extent *extent);

/* ---- bin_text.c ---- */

/* Hands a large report on, part by part. */
void bin_flush(const struct report_bin *report, struct sb *out);
/* How many sites have each status, by enum binary_status. */
void bin_count_status(const struct report_bin *report, uint64_t counts[3]);

/* What a limit left out, if anything: an entry each, between the two texts. */
void bin_add_cuts(const struct binary *binary, const char *before, const char *after,
                  struct sb *out);

/* ---- bin_page.c ---- */

/* A page's head, up to and with its heading. */
void bin_page_begin(struct str title, struct sb *out);

/* ---- bin_tally.c ---- */

struct bin_tally {
    struct str name;
    uint64_t sites, resolved;
    uint64_t bytes; /* of one run of each of its sites, where that is a constant */
};
struct bin_tallies {
    const struct memory *memory;
    enum bin_group group;
    struct intern names;
    VEC(struct bin_tally) list; /* most sites first */
};
/* By package, type or kind; release the result. */
void bin_tally(const struct report_bin *report, enum bin_group group,
               struct bin_tallies *tallies);
void bin_tallies_release(struct bin_tallies *tallies);

#endif
