/* test_demangle.c: mangled names. The wanted ones are those of go tool pprof (Go 1.26);
 * test/oracle/prof_demangle.sh compares some thousands more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "demangle/demangle.h"

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    BUG("test_demangle: memory ran out");
}

static const struct memory plenty = {give_up, NULL};

struct name_case {
    const char *mangled, *name, *templates, *full; /* NULL: it is none */
};

static const struct name_case all[] = {
    {"_ZNSt6vectorIiSaIiEE9push_backEOi", "std::vector::push_back",
     "std::vector<int, std::allocator<int> >::push_back",
     "std::vector<int, std::allocator<int> >::push_back(int&&)"},
    {"_ZZN3foo3barIiEEvT_ENKUliE0_clEi", "foo::bar()::{lambda(int)#2}::operator()",
     "foo::bar<int>()::{lambda(int)#2}::operator()",
     "foo::bar<int>(int)::{lambda(int)#2}::operator()(int) const"},
    {"_ZN1AltIiEEbT_", "A::operator<", "A::operator< <int>", "bool A::operator< <int>(int)"},
    {"_Z1fIXltLi3ELi2EEEvv", "f", "f<(3)<(2)>", "void f<(3)<(2)>()"},
    {"_ZN12_GLOBAL__N_13fooEv", "(anonymous namespace)::foo", "(anonymous namespace)::foo",
     "(anonymous namespace)::foo()"},
    {"_Z3fooi.isra.0.part.1", "foo", "foo", "foo(int)"},
    {"_ZN1A1bE.cold", "A::b", "A::b", NULL},
    {"_ZGVZ3foovE1x.cold", "guard variable for foo()::x", "guard variable for foo()::x",
     "guard variable for foo()::x"},
    {"___Z3fooi_block_invoke_2", "invocation function for block in foo",
     "invocation function for block in foo", "invocation function for block in foo(int)"},
    {"_GLOBAL__I__ZN3foo3barEi", "global constructors keyed to foo::bar(int)",
     "global constructors keyed to foo::bar(int)", "global constructors keyed to foo::bar(int)"},
    {"_GLOBAL__D_foo", "global destructors keyed to _D_foo", "global destructors keyed to _D_foo",
     "global destructors keyed to _D_foo"},
    {"_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad",
     "core::fmt::Formatter::pad", "core::fmt::Formatter::pad"},
    {"_RINvNtC3std3mem8align_ofNtNtC3std3mem12DiscriminantE", "std::mem::align_of::<>",
     "std::mem::align_of::<std::mem::Discriminant>",
     "std::mem::align_of::<std::mem::Discriminant>"},
    {"_RNvXs0_C7mycrateNtB5_3FooNtNtC4core3fmt7Display3fmt",
     "<mycrate::Foo as core::fmt::Display>::fmt", "<mycrate::Foo as core::fmt::Display>::fmt",
     "<mycrate::Foo as core::fmt::Display>::fmt"},
    {"_Znwm", "operator new", "operator new", "operator new(unsigned long)"},
    {"_start", NULL, NULL, NULL},
    {"_Z", NULL, NULL, NULL},
    {"_R", NULL, NULL, NULL},
    {"_ZN3foo", NULL, NULL, NULL},
    {"main.run", NULL, NULL, NULL},
    {"", NULL, NULL, NULL},
};

static void names_are_those_of_pprof(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        const char *const wanted[] = {all[i].name, all[i].templates, all[i].full};
        for (enum demangle_detail detail = DEMANGLE_NAME; detail <= DEMANGLE_FULL; detail++) {
            struct sb out;
            sb_init(&out, &plenty);
            sb_adds(&out, ">");
            assert_int_equal(demangle_name(str_from(all[i].mangled), detail, &out),
                             wanted[detail] != NULL);
            assert_string_equal(out.text + 1, wanted[detail] ? wanted[detail] : "");
            sb_release(&out);
        }
    }
}

/* The n-th part of a name that may be repeated, counted from 0: S_, S0_, ... SZ_, S10_, ... */
static void add_repeated(struct sb *name, unsigned n)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    sb_addc(name, 'S');
    if (n > 36)
        sb_addc(name, digits[(n - 1) / 36]);
    if (n > 0)
        sb_addc(name, digits[(n - 1) % 36]);
    sb_addc(name, '_');
}

/* Pairs of pairs of pairs: some 600 bytes that would print more than there are atoms. How long they
 * are, 0 when they are refused. */
static size_t doubled_length(unsigned times)
{
    struct sb name, out;
    sb_init(&name, &plenty);
    sb_init(&out, &plenty);
    sb_adds(&name, "_Z1fISt4pairIiiE");
    for (unsigned i = 0; i < times; i++) {
        sb_adds(&name, "St4pairI");
        add_repeated(&name, 2 + 2 * i);
        add_repeated(&name, 2 + 2 * i);
        sb_adds(&name, "E");
    }
    sb_adds(&name, "Evv");
    bool good = demangle_name(sb_str(&name), DEMANGLE_FULL, &out);
    size_t len = out.len;
    assert_int_equal(good, len > 0);
    sb_release(&name);
    sb_release(&out);
    return len;
}

/* What it comes to is estimated before it is printed, at most some times too high. */
static void names_that_explode_are_refused(void **state)
{
    (void)state;
    enum { TOO_HIGH = 16 };
    size_t len, longest = 0;
    for (unsigned times = 1; (len = doubled_length(times)) > 0; times++)
        longest = len;
    assert_in_range(longest, LIMIT_DEMANGLED_BYTES / TOO_HIGH, LIMIT_DEMANGLED_BYTES);
    assert_int_equal(doubled_length(40), 0);
}

static void long_names_are_refused(void **state)
{
    (void)state;
    struct sb name, out;
    sb_init(&name, &plenty);
    sb_init(&out, &plenty);
    sb_addf(&name, "_Z%d", LIMIT_MANGLED_BYTES - 7);
    sb_repeat(&name, 'a', LIMIT_MANGLED_BYTES - 7);
    sb_addc(&name, 'i');
    assert_true(demangle_name(sb_str(&name), DEMANGLE_FULL, &out));
    sb_addc(&name, 'i');
    sb_clear(&out);
    assert_false(demangle_name(sb_str(&name), DEMANGLE_FULL, &out));
    assert_int_equal(out.len, 0);
    sb_release(&name);
    sb_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_pprof),
        cmocka_unit_test(names_that_explode_are_refused),
        cmocka_unit_test(long_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
