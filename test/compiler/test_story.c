/* test_story.c: explanations: parsing, pairing with verdicts, sentences. */
#include "compiler_test.h"

#define ARROW " \xe2\x86\x90 "

static void steps_of(const char *text, enum message_kind kind, const char *part, const char *wanted)
{
    struct reading reading;
    struct sb out;
    sb_init(&out, &plenty);
    read_text(&reading, text);
    dump_story(reading.compiler, message_with(reading.compiler, kind, part), &out);
    assert_string_equal(out.text ? out.text : "", wanted);
    sb_release(&out);
    reading_release(&reading);
}

static void flows_and_steps_are_parsed(void **state)
{
    (void)state;
    steps_of("./x.go:3:17: &T{...} escapes to heap in F:\n"
             "./x.go:3:17:   flow: o" ARROW "&{storage for &T{...}}:\n"
             "./x.go:3:17:     from &T{...} (spill) at ./x.go:3:17\n"
             "./x.go:3:17:     from o := &T{...} (assign) at ./x.go:3:4\n"
             "./x.go:3:17:   flow: {temp}" ARROW "**o:\n"
             "./x.go:3:17:   flow: {heap}" ARROW "*{temp}:\n"
             "./x.go:3:17:     from f(o) (call parameter) at ./x.go:300\n"
             "./x.go:3:17: &T{...} escapes to heap\n",
             MESSAGE_ESCAPES, "&T",
             "o<-{storage for &T{...}} -1 SPILL &T{...} at ./x.go:3:17\n"
             " o<-{storage for &T{...}} -1 ASSIGN o := &T{...} at ./x.go:3:4\n"
             "{temp}<-o 2 NONE  at ./x.go:3:17\n"
             "{heap}<-{temp} 1 CALL_PARAMETER f(o) at ./x.go:300:0\n");
}

static void the_wording_before_go_1_25_is_parsed(void **state)
{
    (void)state;
    steps_of("./x.go:3:17: x == y escapes to heap:\n"
             "./x.go:3:17:   flow: {storage for ... argument} = &{storage for x == y}:\n"
             "./x.go:3:17:     from x == y (spill) at ./x.go:3:17\n"
             "./x.go:3:17: x == y escapes to heap\n",
             MESSAGE_ESCAPES, "x == y",
             "{storage for ... argument}<-{storage for x == y} -1 SPILL x == y at ./x.go:3:17\n");
}

static void expressions_may_hold_anything(void **state)
{
    (void)state;
    steps_of("./a b.go:3:17: s escapes to heap in F:\n"
             "./a b.go:3:17:   flow: {heap}" ARROW "&{storage for s}:\n"
             "./a b.go:3:17:     from f(\") at x:1:2 (assign)\", s) (send) at C:\\a b.go:3:4\n"
             "./a b.go:3:17:     from s (some new reason) at ./a b.go:3:4\n"
             "./a b.go:3:17: s escapes to heap\n",
             MESSAGE_ESCAPES, "s escapes",
             "{heap}<-{storage for s} -1 SEND f(\") at x:1:2 (assign)\", s) at C:\\a b.go:3:4\n"
             " {heap}<-{storage for s} -1 OTHER s (some new reason) at ./a b.go:3:4\n");
}

static void damaged_explanations_are_read_as_far_as_they_go(void **state)
{
    (void)state;
    steps_of("./x.go:3:17: s escapes to heap in F:\n"
             "./x.go:3:17:   flow: no arrow here\n"
             "./x.go:3:17:     from s\n"
             "./x.go:3:17:     from (x\n"
             "./x.go:3:17:   something else\n"
             "./x.go:3:17:   flow: {heap}" ARROW "&s:\n"
             "./x.go:3:17: moved to heap: s\n",
             MESSAGE_MOVED_TO_HEAP, "s", "{heap}<-s -1 NONE  at ./x.go:3:17\n");
}

static void circles_are_told(void **state)
{
    (void)state;
    steps_of("./x.go:3:17: s escapes to heap in F:\n"
             "./x.go:3:17:   flow: {heap}" ARROW "&s:\n"
             "./x.go:3:17:   warning: truncated explanation due to assignment cycle; "
             "see golang.org/issue/35518\n"
             "./x.go:3:17: moved to heap: s\n",
             MESSAGE_MOVED_TO_HEAP, "s", "{heap}<-s -1 NONE  at ./x.go:3:17\ntruncated\n");
}

static void a_story_ends_at_its_limit(void **state)
{
    (void)state;
    struct sb text;
    sb_init(&text, &plenty);
    sb_adds(&text, "./x.go:3:17: s escapes to heap in F:\n"
                   "./x.go:3:17:   flow: {heap}" ARROW "&s:\n");
    for (int i = 0; i < LIMIT_STORY_STEPS + 10; i++)
        sb_addf(&text, "./x.go:3:17:     from s%d (assign) at ./x.go:4:4\n", i);
    struct reading reading;
    read_text(&reading, text.text);
    struct arena arena;
    arena_init(&arena, &plenty);
    struct story story;
    story_read(reading.compiler, &reading.compiler->messages.at[0], &arena, &story);
    assert_int_equal(story.count, LIMIT_STORY_STEPS);
    assert_true(story.truncated);
    arena_release(&arena);
    reading_release(&reading);
    sb_release(&text);
}

/* ---- pairing ---- */

static void pairs_are(const char *text, const char *wanted)
{
    struct reading reading;
    struct sb out;
    sb_init(&out, &plenty);
    read_text(&reading, text);
    const struct compiler *compiler = reading.compiler;
    for (size_t i = 0; i < compiler->messages.len; i++) {
        const struct message *message = &compiler->messages.at[i];
        if (message->story)
            sb_addf(&out, "%.*s <- %u\n", STR_ARGS(message->text), message->story - 1);
    }
    assert_string_equal(out.text ? out.text : "", wanted);
    sb_release(&out);
    reading_release(&reading);
}

static void wordings_of_story_and_verdict_differ(void **state)
{
    (void)state;
    pairs_are("./x.go:1:1: append(x, y) escapes to heap in F:\n"
              "./x.go:2:1: q escapes to heap in F:\n"
              "./x.go:3:1: make([]int, n) escapes to heap in F:\n"
              "./x.go:1:1: append escapes to heap\n"
              "./x.go:2:1: moved to heap: q\n"
              "./x.go:3:1: make([]int, 10) escapes to heap\n",
              "append escapes to heap <- 0\nmoved to heap: q <- 1\n"
              "make([]int, 10) escapes to heap <- 2\n");
}

static void values_of_one_place_take_stories_in_order(void **state)
{
    (void)state;
    pairs_are("./x.go:1:1: []int{...} escapes to heap in F:\n"
              "./x.go:1:1: []int{...} escapes to heap in F:\n"
              "./x.go:1:1: other escapes to heap in F:\n"
              "./x.go:1:1: other escapes to heap\n"
              "./x.go:1:1: []int{...} escapes to heap\n"
              "./x.go:1:1: []int{...} escapes to heap\n"
              "./x.go:1:1: []int{...} escapes to heap\n",
              "other escapes to heap <- 2\n[]int{...} escapes to heap <- 0\n"
              "[]int{...} escapes to heap <- 1\n");
}

static void a_batch_keeps_its_stories(void **state)
{
    (void)state;
    /* the first batch's closure has no verdict (a go statement's); the second batch is an instance
     * */
    pairs_are("./x.go:1:1: func literal escapes to heap in F[int]:\n"
              "./x.go:2:1: x escapes to heap in F[int]:\n"
              "./x.go:2:1: moved to heap: x\n"
              "./x.go:2:1: x escapes to heap in F[string]:\n"
              "./x.go:1:1: func literal escapes to heap\n"
              "./x.go:2:1: moved to heap: x\n",
              "moved to heap: x <- 1\nmoved to heap: x <- 3\n");
}

static void packages_keep_their_stories(void **state)
{
    (void)state;
    pairs_are("# a\n./x.go:1:1: x escapes to heap in F:\n# b\n./x.go:1:1: moved to heap: x\n", "");
}

static void leaks_take_the_story_of_their_target(void **state)
{
    (void)state;
    pairs_are("./x.go:1:1: parameter lib.p leaks to ~r0 for F with derefs=1:\n"
              "./x.go:1:1: parameter lib.p leaks to {heap} for F with derefs=2:\n"
              "./x.go:1:1: parameter lib.p leaks to ~r1 for F with derefs=0:\n"
              "./x.go:1:1: parameter q leaks to {heap} for F with derefs=1:\n"
              "./x.go:1:1: parameter q leaks to {heap} for F with derefs=0:\n"
              "./x.go:1:1: leaking param: p to result ~r1 level=0\n"
              "./x.go:1:1: leaking param: p to result ~r0 level=1\n"
              "./x.go:1:1: leaking param content: p\n"
              "./x.go:1:1: leaking param: q\n",
              "leaking param: p to result ~r1 level=0 <- 2\n"
              "leaking param: p to result ~r0 level=1 <- 0\n"
              "leaking param content: p <- 1\nleaking param: q <- 4\n");
}

static void messages_without_position_are_paired(void **state)
{
    (void)state;
    pairs_are("<unknown line number>: #next escapes to heap in F:\n"
              "<unknown line number>:   flow: {heap}" ARROW "&#next:\n"
              "moved to heap: #next\n",
              "moved to heap: #next <- 0\n");
}

/* Very many stories of one place must not take time that grows with their square. */
static void many_stories_of_one_place_are_bearable(void **state)
{
    (void)state;
    struct sb text;
    sb_init(&text, &plenty);
    enum { MANY = 60000 };
    for (int i = 0; i < MANY; i++)
        sb_adds(&text, "./x.go:1:1: x escapes to heap in F:\n");
    for (int i = 0; i < MANY; i++)
        sb_adds(&text, "./x.go:1:1: moved to heap: x\n");
    struct reading reading;
    read_text(&reading, text.text);
    assert_int_equal(reading.compiler->messages.at[2 * MANY - 1].story, MANY);
    reading_release(&reading);
    sb_release(&text);
}

/* ---- functions by position ---- */

static void function_is(const char *text, enum message_kind kind, const char *part,
                        const char *wanted)
{
    struct reading reading;
    read_text(&reading, text);
    const struct message *message = message_with(reading.compiler, kind, part);
    assert_id(reading.compiler, message->function, wanted);
    reading_release(&reading);
}

static void functions_are_found_by_position(void **state)
{
    (void)state;
    static const char text[] =
        "# p\n"
        "./x.go:10:6: cannot inline F: marked go:noinline\n"
        "./x.go:12:5: can inline F.func1 with cost 2 as: func() {  }\n"
        "./x.go:20:10: can inline (*T).M with cost 2 as: func() {  }\n"
        "./x.go:20:10: can inline (*Wrapper).M with cost 2 as: func() {  }\n"
        "./x.go:25:3: can inline (*T).M.gowrap1 with cost 2 as: func() {  }\n"
        "./x.go:16:3: moved to heap: known\n"
        "./x.go:11:3: first does not escape\n"
        "./x.go:12:5: func literal does not escape\n"
        "./x.go:13:7: inner does not escape\n"
        "./x.go:16:3: known escapes to heap in F:\n"
        "./x.go:17:3: after does not escape\n"
        "./x.go:20:7: t does not escape\n"
        "./x.go:22:7: method does not escape\n"
        "./x.go:26:7: behind does not escape\n"
        "./y.go:50:7: foreign does not escape\n"
        "./x.go:30:7: value escapes to heap in init:\n"
        "./x.go:31:7: global does not escape\n";
    static const char *const wanted[][2] = {
        {"first", "F"},        {"func literal", "F"}, {"inner", "F.func1"}, {"after", "F"},
        {"method", "(*T).M"},  {"behind", "(*T).M"},  {"foreign", ""},      {"global", "init"},
    };
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        function_is(text, MESSAGE_STAYS, wanted[i][0], wanted[i][1]);
}

static void a_story_names_its_verdicts_function(void **state)
{
    (void)state;
    function_is("./x.go:1:6: can inline F with cost 2 as: func() {  }\n"
                "./x.go:3:1: x escapes to heap in F.func1:\n./x.go:3:1: moved to heap: x\n",
                MESSAGE_MOVED_TO_HEAP, "x", "F.func1");
}

/* ---- sentences ---- */

static void sentences_are(const char *text, const char *wanted)
{
    struct reading reading;
    struct sb out;
    struct arena arena;
    sb_init(&out, &plenty);
    arena_init(&arena, &plenty);
    read_text(&reading, text);
    struct story story;
    story_read(reading.compiler, &reading.compiler->messages.at[0], &arena, &story);
    for (size_t i = 0; i < story.count; i++) {
        story_tell(&story, i, &out);
        sb_addc(&out, '\n');
    }
    assert_string_equal(out.text, wanted);
    arena_release(&arena);
    sb_release(&out);
    reading_release(&reading);
}

static void steps_are_told_in_plain_words(void **state)
{
    (void)state;
    sentences_are("./x.go:3:17: &T{...} escapes to heap in F:\n"
                  "./x.go:3:17:   flow: o" ARROW "&{storage for &T{...}}:\n"
                  "./x.go:3:17:     from &T{...} (spill) at ./x.go:3:17\n"
                  "./x.go:3:17:     from o := &T{...} (assign) at ./x.go:3:4\n"
                  "./x.go:3:17:   flow: ~r0" ARROW "o:\n"
                  "./x.go:3:17:     from return o (return) at ./x.go:4:4\n",
                  "&T{...}: is allocated\no := &T{...}: is assigned to o\n"
                  "return o: is returned to the caller, so it outlives the function\n");
    sentences_are("./x.go:3:17: n escapes to heap in F:\n"
                  "./x.go:3:17:   flow: {storage for ... argument}" ARROW "&{storage for n}:\n"
                  "./x.go:3:17:     from n (spill) at ./x.go:3:17\n"
                  "./x.go:3:17:     from ... argument (slice-literal-element) at ./x.go:3:4\n"
                  "./x.go:3:17:   flow: {heap}" ARROW "&{storage for ... argument}:\n"
                  "./x.go:3:17:     from ... argument (spill) at ./x.go:3:4\n"
                  "./x.go:3:17:     from f(... argument...) (call parameter) at ./x.go:3:4\n",
                  "n: is copied to new memory, to become the value of an interface\n"
                  "... argument: is stored as an element of a slice; ... argument holds it\n"
                  "... argument: the slice of arguments is allocated\n"
                  "f(... argument...): is passed to a call that may keep it\n");
    sentences_are("./x.go:3:17: x escapes to heap in F:\n"
                  "./x.go:3:17:   flow: ~r0" ARROW "&x:\n"
                  "./x.go:3:17:     from ~r0 = &x (assign-pair) at ./x.go:3:4\n"
                  "./x.go:3:17:   flow: {heap}" ARROW "~r0:\n"
                  "./x.go:3:17:     from global = ~r0 (assign) at ./x.go:3:4\n",
                  "~r0 = &x: is handed over as the result of an inlined call\n"
                  "global = ~r0: is assigned to something that outlives the function\n");
    sentences_are("./x.go:3:17: x escapes to heap in F:\n"
                  "./x.go:3:17:   flow: p" ARROW "&x:\n"
                  "./x.go:3:17:     from p = &x (assign) at ./x.go:3:4\n",
                  "p = &x: is assigned to p, which lives longer\n");
}

static void every_reason_has_a_sentence(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FLOW_REASON_COUNT; i++) {
        assert_true(strlen(flow_reason_sentence((enum flow_reason)i)) > 3);
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(flow_reason_text((enum flow_reason)i),
                                    flow_reason_text((enum flow_reason)j));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flows_and_steps_are_parsed),
        cmocka_unit_test(the_wording_before_go_1_25_is_parsed),
        cmocka_unit_test(expressions_may_hold_anything),
        cmocka_unit_test(damaged_explanations_are_read_as_far_as_they_go),
        cmocka_unit_test(circles_are_told),
        cmocka_unit_test(a_story_ends_at_its_limit),
        cmocka_unit_test(wordings_of_story_and_verdict_differ),
        cmocka_unit_test(values_of_one_place_take_stories_in_order),
        cmocka_unit_test(a_batch_keeps_its_stories),
        cmocka_unit_test(packages_keep_their_stories),
        cmocka_unit_test(leaks_take_the_story_of_their_target),
        cmocka_unit_test(messages_without_position_are_paired),
        cmocka_unit_test(many_stories_of_one_place_are_bearable),
        cmocka_unit_test(functions_are_found_by_position),
        cmocka_unit_test(a_story_names_its_verdicts_function),
        cmocka_unit_test(steps_are_told_in_plain_words),
        cmocka_unit_test(every_reason_has_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
