/* test_forms.c: each form of messages.h, and the parts that are read out of a message. */
#include "compiler_test.h"

static const struct {
    const char *text;
    enum message_kind kind;
    unsigned level;
    const char *function, *subject, *target;
    unsigned derefs;
} forms[] = {
    {"moved to heap: v", MESSAGE_MOVED_TO_HEAP, 1, "", "v", "", 0},
    {"&T{...} escapes to heap", MESSAGE_ESCAPES, 1, "", "&T{...}", "", 0},
    {"\" escapes to heap in \" + s escapes to heap", MESSAGE_ESCAPES, 1, "",
     "\" escapes to heap in \" + s", "", 0},
    {"append escapes to heap", MESSAGE_ESCAPES, 1, "", "append", "", 0},
    {"append does not escape", MESSAGE_STAYS, 1, "", "append", "", 0},
    {"p does not escape", MESSAGE_STAYS, 1, "", "p", "", 0},
    {"leaking param: p", MESSAGE_LEAKS, 1, "", "p", "", 0},
    {"leaking param content: p", MESSAGE_LEAKS_CONTENT, 1, "", "p", "", 0},
    {"leaking param: p to result ~r0 level=2", MESSAGE_LEAKS_RESULT, 1, "", "p", "~r0", 2},
    {"can inline (*T).M", MESSAGE_CAN_INLINE, 1, "(*T).M", "", "", 0},
    {"can inline F with cost 3 as: func() { return \"x escapes to heap\" }", MESSAGE_CAN_INLINE, 2,
     "F", "", "", 0},
    {"can inline G[go.shape.struct { A string \"a: b\" }] with cost 5 as: func() {  }",
     MESSAGE_CAN_INLINE, 2, "G[go.shape.struct { A string \"a: b\" }]", "", "", 0},
    {"cannot inline F: function too complex: cost 93 exceeds budget 80", MESSAGE_CANNOT_INLINE, 2,
     "F", "", "", 0},
    {"cannot inline G[go.shape.struct { A string \"a: b\" }]: marked go:noinline",
     MESSAGE_CANNOT_INLINE, 2, "G[go.shape.struct { A string \"a: b\" }]", "", "", 0},
    {"cannot inline F: recursive", MESSAGE_CANNOT_INLINE, 2, "F", "", "", 0},
    {"cannot inline F into G: repeated recursive cycle", MESSAGE_OTHER, 2, "", "", "", 0},
    {"inlining call to strconv.Itoa", MESSAGE_INLINING_CALL, 1, "strconv.Itoa", "", "", 0},
    {"inlining call to F with score 12", MESSAGE_INLINING_CALL, 1, "F", "", "", 0},
    {"devirtualizing i.Foo to foo", MESSAGE_DEVIRTUALIZING, 1, "", "i.Foo", "foo", 0},
    {"partially devirtualizing i.Foo to foo", MESSAGE_DEVIRTUALIZING, 1, "", "i.Foo", "foo", 0},
    {"PGO devirtualizing interface call i.Foo to foo.Foo", MESSAGE_DEVIRTUALIZING, 1, "",
     "interface call i.Foo", "foo.Foo", 0},
    {"PGO devirtualizing function call f to g", MESSAGE_DEVIRTUALIZING, 1, "", "function call f",
     "g", 0},
    {"PGO devirtualizing i.Foo to foo", MESSAGE_DEVIRTUALIZING, 1, "", "i.Foo", "foo", 0},
    {"should not PGO devirtualize F: marked go:noinline", MESSAGE_OTHER, 2, "", "", "", 0},
    {"cannot devirtualize x.M(): shaped receiver T", MESSAGE_OTHER, 1, "", "", "", 0},
    {"failed to devirtualize x.M (CALL)", MESSAGE_OTHER, 1, "", "", "", 0},
    {"imprecise interface call", MESSAGE_OTHER, 1, "", "", "", 0},
    {"(*T).M capturing by ref: v (addr=false assign=true width=8)", MESSAGE_CAPTURING, 2, "(*T).M",
     "v", "", 0},
    {"zero-copy string->[]byte conversion", MESSAGE_ZERO_COPY, 1, "", "", "", 0},
    {"make([]int, n) escapes to heap in (*T).M:", MESSAGE_STORY_ESCAPES, 2, "(*T).M",
     "make([]int, n)", "", 0},
    {"make([]int, n) escapes to heap:", MESSAGE_STORY_ESCAPES, 2, "", "make([]int, n)", "", 0},
    {"parameter p leaks to {heap} for F with derefs=0:", MESSAGE_STORY_LEAKS, 2, "F", "p", "{heap}",
     0},
    {"parameter p leaks to {storage for func literal} with derefs=3:", MESSAGE_STORY_LEAKS, 2, "",
     "p", "{storage for func literal}", 3},
    {"parameter p leaks to {storage for &T{...}} for (*T).M with derefs=1:", MESSAGE_STORY_LEAKS, 2,
     "(*T).M", "p", "{storage for &T{...}}", 1},
    {"parameter p leaks to ~r0 with derefs=1:", MESSAGE_STORY_LEAKS, 2, "", "p", "~r0", 1},
    {"function F considered 'big'; reducing max cost of inlinees", MESSAGE_OTHER, 2, "", "", "", 0},
    {"skip inlining within testing.B.loop for b.Loop()", MESSAGE_OTHER, 1, "", "", "", 0},
    {"x will be kept alive", MESSAGE_OTHER, 2, "", "", "", 0},
    {"expr is unknown to bloop pass", MESSAGE_OTHER, 2, "", "", "", 0},
    {"unrecognized shape for assign list stmt for blank assignment", MESSAGE_OTHER, 2, "", "", "",
     0},
    {"F ignoring self-assignment in b.buf = b.buf[n:]", MESSAGE_OTHER, 1, "", "", "", 0},
    {"index bounds check elided", MESSAGE_OTHER, 1, "", "", "", 0},
    {"assuming p is unsafe uintptr", MESSAGE_OTHER, 1, "", "", "", 0},
    {"marking p as escaping uintptr", MESSAGE_OTHER, 1, "", "", "", 0},
    {"marking p as escaping ...uintptr", MESSAGE_OTHER, 1, "", "", "", 0},
    {"mutates param: p derefs=0", MESSAGE_OTHER, 0, "", "", "", 0},
    {"calls param: p derefs=1", MESSAGE_OTHER, 0, "", "", "", 0},
    {"p does not escape, mutate, or call", MESSAGE_OTHER, 0, "", "", "", 0},
    {"loop variable i now per-iteration, heap-allocated", MESSAGE_OTHER, 0, "", "", "", 0},
    {"range loop ending at 3:2 was modified", MESSAGE_OTHER, 0, "", "", "", 0},
    {"rewriting OCONVIFACE value from x (int) to y (int)", MESSAGE_OTHER, 0, "", "", "", 0},
    {"Found IsInBounds", MESSAGE_OTHER, 0, "", "", "", 0},
    {"Found IsSliceInBounds", MESSAGE_OTHER, 0, "", "", "", 0},
    {"Proved IsInBounds", MESSAGE_OTHER, 0, "", "", "", 0},
    {"Induction variable: limits [0,?), increment 1", MESSAGE_OTHER, 0, "", "", "", 0},
    {"removed nil check", MESSAGE_OTHER, 0, "", "", "", 0},
    {"write barrier", MESSAGE_OTHER, 0, "", "", "", 0},
    {"open-coded defer", MESSAGE_OTHER, 0, "", "", "", 0},
    {"heap-allocated defer", MESSAGE_OTHER, 0, "", "", "", 0},
    {"closure converted to global", MESSAGE_OTHER, 0, "", "", "", 0},
    {"heap closure, captured vars = [x]", MESSAGE_OTHER, 0, "", "", "", 0},
    {"live at call to f: x", MESSAGE_OTHER, 0, "", "", "", 0},
    {"stack object x int", MESSAGE_OTHER, 0, "", "", "", 0},
};

static void every_form_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct str text = str_from(forms[i].text);
        enum message_form form = message_form_of(text);
        if (form == FORM_COUNT)
            fail_msg("not known: %s", forms[i].text);
        if (message_form_facts(form).kind != forms[i].kind)
            fail_msg("another kind: %s", forms[i].text);
        if (message_level(text) != forms[i].level)
            fail_msg("another level: %s", forms[i].text);
    }
}

static void every_row_of_the_table_is_tested(void **state)
{
    (void)state;
    bool seen[FORM_COUNT] = {false};
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        seen[message_form_of(str_from(forms[i].text))] = true;
    for (unsigned form = 0; form < FORM_COUNT; form++) {
        if (!seen[form])
            fail_msg("row %u of messages.h has no example", form);
    }
}

static void names_are_read_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct message_parts parts = message_parts_of(forms[i].kind, str_from(forms[i].text));
        assert_text(parts.function, forms[i].function);
        assert_text(parts.subject, forms[i].subject);
        assert_text(parts.target, forms[i].target);
        assert_int_equal(parts.derefs, forms[i].derefs);
    }
}

static void other_texts_are_no_message(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "undefined: foo", "F redeclared in this block",
                                        "does not escape", "escapes to heap", "can inline",
                                        "syntax error: unexpected EOF, expected }"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (message_form_of(str_from(texts[i])) != FORM_COUNT)
            fail_msg("taken for a message: %s", texts[i]);
    }
}

static void judgements_have_cost_budget_and_reason(void **state)
{
    (void)state;
    struct judged_function judged;
    judgement_read(MESSAGE_CAN_INLINE, STR("can inline F with cost 17 as: func() {  }"), &judged);
    assert_true(judged.can_inline);
    assert_int_equal(judged.cost, 17);
    judgement_read(MESSAGE_CANNOT_INLINE,
                   STR("cannot inline F: function too complex: cost 93 exceeds budget 80"),
                   &judged);
    assert_false(judged.can_inline);
    assert_int_equal(judged.cost, 93);
    assert_int_equal(judged.budget, 80);
    assert_text(judged.reason, "function too complex: cost 93 exceeds budget 80");
    judgement_read(MESSAGE_CANNOT_INLINE, STR("cannot inline F: marked go:noinline"), &judged);
    assert_int_equal(judged.cost, 0);
    assert_text(judged.reason, "marked go:noinline");
    judgement_read(MESSAGE_CAN_INLINE, STR("can inline F with cost 99999999999999 as: {}"),
                   &judged);
    assert_true(judged.cost > 0); /* a number too large is cut, not wrapped to 0 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_known),
        cmocka_unit_test(every_row_of_the_table_is_tested),
        cmocka_unit_test(names_are_read_out),
        cmocka_unit_test(other_texts_are_no_message),
        cmocka_unit_test(judgements_have_cost_budget_and_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
