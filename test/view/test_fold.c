/* test_fold.c: adding samples up while they are read changes no report that may be made of it, nor
 * does reading in pieces or merging one after the other. */
#include "base/base_int.h"
#include "view_test.h"

#include <stdlib.h>
#include <string.h>

/* ---- profiles by hand ---- */

static void put_varint(struct sb *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        sb_addc(out, (char)(value | 0x80));
    sb_addc(out, (char)value);
}

static void put_number(struct sb *out, unsigned field, uint64_t value)
{
    put_varint(out, field << 3);
    put_varint(out, value);
}

static void put_bytes(struct sb *out, unsigned field, struct str bytes)
{
    put_varint(out, field << 3 | 2);
    put_varint(out, bytes.len);
    sb_add(out, bytes);
}

static const char *const texts[] = {"", "count", "bytes", "objects", "space", "f", "g", "h",
                                    "f.go", "size", "kilobytes", "who", "me", "you"};
enum { T_COUNT = 1, T_BYTES, T_OBJECTS, T_SPACE, T_F, T_FILE = 8, T_SIZE, T_KILOBYTES, T_WHO,
       T_ME };
enum { FUNCTIONS = 3 };

struct label {
    uint64_t key, text, number, unit;
};

struct sample {
    uint64_t ids[4];
    int64_t values[2];
    struct label labels[2];
};

static void put_label(struct sb *sample, const struct label *label)
{
    struct sb sb;
    sb_init(&sb, &plenty);
    put_number(&sb, 1, label->key);
    put_number(&sb, 2, label->text);
    put_number(&sb, 3, label->number);
    put_number(&sb, 4, label->unit);
    put_bytes(sample, 3, sb_str(&sb));
    sb_release(&sb);
}

static void put_sample(struct sb *out, const struct sample *sample)
{
    struct sb sb, packed;
    sb_init(&sb, &plenty);
    sb_init(&packed, &plenty);
    for (size_t i = 0; i < COUNT_OF(sample->ids) && sample->ids[i]; i++)
        put_varint(&packed, sample->ids[i]);
    put_bytes(&sb, 1, sb_str(&packed));
    sb_clear(&packed);
    put_varint(&packed, (uint64_t)sample->values[0]);
    put_varint(&packed, (uint64_t)sample->values[1]);
    put_bytes(&sb, 2, sb_str(&packed));
    for (size_t i = 0; i < COUNT_OF(sample->labels); i++)
        if (sample->labels[i].key)
            put_label(&sb, &sample->labels[i]);
    put_bytes(out, 2, sb_str(&sb));
    sb_release(&packed);
    sb_release(&sb);
}

static void put_pair(struct sb *out, unsigned field, uint64_t a, uint64_t b)
{
    struct sb sb;
    sb_init(&sb, &plenty);
    put_number(&sb, 1, a);
    put_number(&sb, 2, b);
    put_bytes(out, field, sb_str(&sb));
    sb_release(&sb);
}

/* Ids of locations, from small to the largest there can be. */
static const uint64_t location_ids[FUNCTIONS] = {1, 0x80000000u, UINT64_MAX};

static void put_function(struct sb *out, uint64_t i)
{
    struct sb location, line;
    sb_init(&location, &plenty);
    sb_init(&line, &plenty);
    put_number(&line, 1, i + 1);
    put_number(&line, 2, 10 * (i + 1));
    put_number(&location, 1, location_ids[i]);
    put_number(&location, 3, 0x1000 * (i + 1));
    put_bytes(&location, 4, sb_str(&line));
    put_bytes(out, 4, sb_str(&location));
    sb_clear(&line);
    put_number(&line, 1, i + 1);
    put_number(&line, 2, T_F + i);
    put_number(&line, 4, T_FILE);
    put_bytes(out, 5, sb_str(&line));
    sb_release(&location);
    sb_release(&line);
}

/* Samples first, so that they speak of what comes later. */
static void put_profile(struct sb *out, const struct sample *samples, size_t count,
                        uint64_t space_unit)
{
    put_pair(out, 1, T_OBJECTS, T_COUNT);
    put_pair(out, 1, T_SPACE, space_unit);
    put_pair(out, 11, T_SPACE, T_BYTES);
    for (size_t i = 0; i < count; i++)
        put_sample(out, &samples[i]);
    for (uint64_t i = 0; i < FUNCTIONS; i++)
        put_function(out, i);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        put_bytes(out, 6, str_from(texts[i]));
}

#define F 1
#define G 0x80000000u
#define H UINT64_MAX

static const struct sample mixed[] = {
    {{F, G}, {0, 0}, {{T_SIZE, 0, 7, 0}}},
    {{F, G}, {2, 200}, {{T_SIZE, 0, 16, 0}}},
    {{G, H}, {3, 300}, {{T_SIZE, 0, 32, T_BYTES}, {T_WHO, T_ME, 0, 0}}},
    {{F, G}, {5, 500}, {{T_SIZE, 0, 16, 0}}},
    {{F, G}, {-1, -100}, {{T_SIZE, 0, 16, 0}}},
    {{G, H}, {4, 400}, {{T_SIZE, 0, 4, T_KILOBYTES}, {T_WHO, T_ME + 1, 0, 0}}},
    {{G, H}, {6, 600}, {{T_SIZE, 0, 32, T_BYTES}, {T_WHO, T_ME, 0, 0}}},
    {{H}, {0, 0}, {{0}}},
    {{F, G}, {7, 700}, {{0}}},
};

/* ---- reading them ---- */

struct texts_of {
    struct intern *strings;
    unsigned *shared;
};

static void texts_init(struct texts_of *own)
{
    own->strings = tables_strings_new(&plenty, &own->shared);
    ++*own->shared;
}

static void texts_release(struct texts_of *own)
{
    assert_int_equal(*own->shared, 1);
    intern_release(own->strings);
    memory_put(&plenty, own->strings);
    memory_put(&plenty, own->shared);
}

static struct view *decode(const struct texts_of *own, struct str bytes, enum view_fold fold)
{
    struct decode_input input = {.bytes = (const unsigned char *)bytes.ptr, .size = bytes.len,
                                 .fold = fold};
    return decode_profile(&input, own->strings, own->shared, &plenty);
}

/* Takes the view. */
static void write_and_free(struct view *view, enum view_report kind, struct sb *out)
{
    struct diag_sink *sink = diag_sink_new(&plenty);
    struct view_settings settings;
    struct sb notes;
    sb_init(&notes, &plenty);
    view_settings_init(&settings);
    settings.argument = ".";
    assert_non_null(view);
    assert_int_equal(view_write(view, kind, &settings, sink, &notes, out), STATUS_OK);
    sb_add(out, sb_str(&notes));
    sb_release(&notes);
    diag_sink_free(sink);
    view_free(view);
}

static void assert_same(const struct sb *a, const struct sb *b)
{
    assert_int_equal(a->len, b->len);
    assert_memory_equal(a->text, b->text, a->len);
}

static void report_bytes(struct str bytes, enum view_report kind, enum view_fold fold,
                         struct sb *out)
{
    struct texts_of own;
    texts_init(&own);
    write_and_free(decode(&own, bytes, fold), kind, out);
    texts_release(&own);
}

/* ---- tests ---- */

static void folded_reports_are_the_same(void **state)
{
    static const enum view_report kinds[] = {VIEW_TOP, VIEW_TREE, VIEW_PEEK, VIEW_CALLGRIND,
                                             VIEW_COMMENTS, VIEW_TAGS, VIEW_DOT};
    struct sb bytes, plain, folded;
    (void)state;
    sb_init(&bytes, &plenty);
    sb_init(&plain, &plenty);
    sb_init(&folded, &plenty);
    put_profile(&bytes, mixed, COUNT_OF(mixed), T_BYTES);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        bool labels = kinds[i] == VIEW_TAGS || kinds[i] == VIEW_DOT;
        sb_clear(&plain);
        report_bytes(sb_str(&bytes), kinds[i], VIEW_FOLD_NONE, &plain);
        for (int fold = 1; fold <= (labels ? VIEW_FOLD_SAMPLES : VIEW_FOLD_STACKS); fold++) {
            sb_clear(&folded);
            report_bytes(sb_str(&bytes), kinds[i], (enum view_fold)fold, &folded);
            assert_same(&plain, &folded);
        }
    }
    assert_non_null(strstr(plain.text, "also encountered unit(s) kilobytes"));
    sb_release(&bytes);
    sb_release(&plain);
    sb_release(&folded);
}

static void only_what_is_distinct_is_kept(void **state)
{
    enum { MANY = 1000 };
    struct sample *samples = memory_get(&plenty, MANY * sizeof(*samples));
    struct texts_of own;
    struct sb bytes;
    (void)state;
    for (uint64_t i = 0; i < MANY; i++)
        samples[i] = (struct sample){{i % 2 ? F : H, G}, {1, 10}, {{T_SIZE, 0, 1 + i % 5, 0}}};
    sb_init(&bytes, &plenty);
    put_profile(&bytes, samples, MANY, T_BYTES);
    texts_init(&own);
    static const size_t wanted[] = {MANY, 2 * 5, 2 + 1}; /* one tells of the unit */
    for (int fold = 0; fold <= VIEW_FOLD_STACKS; fold++) {
        struct view *view = decode(&own, sb_str(&bytes), (enum view_fold)fold);
        assert_non_null(view);
        assert_int_equal(view->samples.len, wanted[fold]);
        assert_int_equal(view->stacks.len, 2);
        view_free(view);
    }
    texts_release(&own);
    sb_release(&bytes);
    memory_put(&plenty, samples);
}

static void faults_are_noticed_whatever_is_kept(void **state)
{
    static const struct sample unknown_location = {{F, 77}, {1, 10}, {{0}}};
    static const struct sample unknown_text = {{F, G}, {1, 10}, {{T_WHO, 99, 0, 0}}};
    static const struct sample *const faulty[] = {&unknown_location, &unknown_text};
    struct texts_of own;
    (void)state;
    texts_init(&own);
    for (size_t i = 0; i < COUNT_OF(faulty); i++) {
        struct sb bytes;
        sb_init(&bytes, &plenty);
        put_profile(&bytes, faulty[i], 1, T_BYTES);
        for (int fold = 0; fold <= VIEW_FOLD_STACKS; fold++)
            assert_null(decode(&own, sb_str(&bytes), (enum view_fold)fold));
        sb_release(&bytes);
    }
    texts_release(&own);
}

static void in_pieces_it_is_the_same(void **state)
{
    struct texts_of own;
    struct sb bytes, whole, pieces;
    (void)state;
    sb_init(&bytes, &plenty);
    sb_init(&whole, &plenty);
    sb_init(&pieces, &plenty);
    put_profile(&bytes, mixed, COUNT_OF(mixed), T_BYTES);
    sb_addc(&bytes, 13 << 3 | 2); /* comments: one larger than the first window */
    put_varint(&bytes, 400);
    sb_repeat(&bytes, T_WHO, 400);
    report_bytes(sb_str(&bytes), VIEW_RAW, VIEW_FOLD_NONE, &whole);
    texts_init(&own);
    for (size_t cut = 0; cut < 2; cut++) {
        size_t size = bytes.len - cut;
        struct file file = {.memory = &plenty, .bytes = memory_get(&plenty, size), .size = size};
        memcpy((void *)(uintptr_t)file.bytes, bytes.text, size);
        struct decode_input input = {
            .stream = stream_of(&file, unpack_limits(LIMIT_UNPACKED_BYTES)), .window = 8};
        struct view *view = decode_profile(&input, own.strings, own.shared, &plenty);
        stream_close(input.stream);
        if (cut)
            assert_null(view);
        else
            write_and_free(view, VIEW_RAW, &pieces);
    }
    assert_same(&whole, &pieces);
    texts_release(&own);
    sb_release(&bytes);
    sb_release(&whole);
    sb_release(&pieces);
}

static void one_after_the_other_is_all_together(void **state)
{
    struct texts_of own;
    struct sb bytes, together, after;
    struct diag_sink *sink = diag_sink_new(&plenty);
    (void)state;
    sb_init(&bytes, &plenty);
    sb_init(&together, &plenty);
    sb_init(&after, &plenty);
    put_profile(&bytes, mixed, COUNT_OF(mixed), T_BYTES);
    texts_init(&own);
    struct view *all[3];
    struct combiner *combiner = combiner_new(&plenty);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        all[i] = decode(&own, sb_str(&bytes), VIEW_FOLD_NONE);
        assert_true(combiner_add(combiner, decode(&own, sb_str(&bytes), VIEW_FOLD_NONE), 1));
    }
    assert_int_equal(combine_views(all, COUNT_OF(all), sink), STATUS_OK);
    write_and_free(all[0], VIEW_RAW, &together);
    write_and_free(combiner_end(combiner), VIEW_RAW, &after);
    assert_same(&together, &after);
    texts_release(&own);
    diag_sink_free(sink);
    sb_release(&bytes);
    sb_release(&together);
    sb_release(&after);
}

static void several_times_is_one_after_the_other(void **state)
{
    struct texts_of own;
    struct sb bytes, again, times;
    (void)state;
    sb_init(&bytes, &plenty);
    sb_init(&again, &plenty);
    sb_init(&times, &plenty);
    put_profile(&bytes, mixed, COUNT_OF(mixed), T_BYTES);
    put_number(&bytes, 10, 5); /* the duration */
    texts_init(&own);
    for (size_t others = 0; others < 2; others++) {
        struct combiner *one = combiner_new(&plenty), *each = combiner_new(&plenty);
        for (size_t i = 0; i < others; i++) {
            assert_true(combiner_add(one, decode(&own, sb_str(&bytes), VIEW_FOLD_NONE), 1));
            assert_true(combiner_add(each, decode(&own, sb_str(&bytes), VIEW_FOLD_NONE), 1));
        }
        assert_true(combiner_add(one, decode(&own, sb_str(&bytes), VIEW_FOLD_NONE), 3));
        for (size_t i = 0; i < 3; i++)
            assert_true(combiner_add(each, decode(&own, sb_str(&bytes), VIEW_FOLD_NONE), 1));
        write_and_free(combiner_end(one), VIEW_RAW, &times);
        write_and_free(combiner_end(each), VIEW_RAW, &again);
    }
    assert_same(&again, &times);
    texts_release(&own);
    sb_release(&bytes);
    sb_release(&again);
    sb_release(&times);
}

static void unlike_ones_need_all_together(void **state)
{
    struct texts_of own;
    struct sb bytes, other;
    (void)state;
    sb_init(&bytes, &plenty);
    sb_init(&other, &plenty);
    put_profile(&bytes, mixed, COUNT_OF(mixed), T_BYTES);
    put_profile(&other, mixed, COUNT_OF(mixed), T_KILOBYTES);
    texts_init(&own);
    struct combiner *combiner = combiner_new(&plenty);
    assert_null(combiner_end(combiner));
    combiner = combiner_new(&plenty);
    assert_true(combiner_add(combiner, decode(&own, sb_str(&bytes), VIEW_FOLD_NONE), 1));
    assert_false(combiner_add(combiner, decode(&own, sb_str(&other), VIEW_FOLD_NONE), 1));
    view_free(combiner_end(combiner));
    texts_release(&own);
    sb_release(&bytes);
    sb_release(&other);
}

static void reports_say_what_they_need(void **state)
{
    struct view_settings settings;
    struct view_sources sources = {.path_count = 1};
    (void)state;
    view_settings_init(&settings);
    assert_int_equal(view_fold_for(VIEW_TOP, &settings, &sources), VIEW_FOLD_STACKS);
    assert_int_equal(view_fold_for(VIEW_TAGS, &settings, &sources), VIEW_FOLD_SAMPLES);
    assert_int_equal(view_fold_for(VIEW_RAW, &settings, &sources), VIEW_FOLD_NONE);
    assert_int_equal(view_fold_for(VIEW_TRACES, &settings, &sources), VIEW_FOLD_NONE);
    assert_int_equal(view_fold_for(VIEW_PROTO, &settings, &sources), VIEW_FOLD_NONE);
    sources.path_count = 2;
    assert_int_equal(view_fold_for(VIEW_TOP, &settings, &sources), VIEW_FOLD_SAMPLES);
    sources = (struct view_sources){.path_count = 1, .base_count = 1};
    assert_int_equal(view_fold_for(VIEW_TOP, &settings, &sources), VIEW_FOLD_SAMPLES);
    sources.normalize = true;
    assert_int_equal(view_fold_for(VIEW_TOP, &settings, &sources), VIEW_FOLD_NONE);
    sources = (struct view_sources){.path_count = 1};
    settings.tagroot = "size";
    assert_int_equal(view_fold_for(VIEW_TOP, &settings, &sources), VIEW_FOLD_SAMPLES);
    settings.call_tree = true;
    assert_int_equal(view_fold_for(VIEW_DOT, &settings, &sources), VIEW_FOLD_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folded_reports_are_the_same),
        cmocka_unit_test(only_what_is_distinct_is_kept),
        cmocka_unit_test(faults_are_noticed_whatever_is_kept),
        cmocka_unit_test(in_pieces_it_is_the_same),
        cmocka_unit_test(one_after_the_other_is_all_together),
        cmocka_unit_test(several_times_is_one_after_the_other),
        cmocka_unit_test(unlike_ones_need_all_together),
        cmocka_unit_test(reports_say_what_they_need),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
