/* test_library.c: the first library of a list that is there, with all its functions or not. */
#include "base_test.h"

static void the_first_that_is_there_is_loaded(void **state)
{
    (void)state;
    static const char *const names[] = {"libthere-is-none.so.1", "libm.so.6"};
    double (*cosine)(double) = NULL;
    const struct library_function functions[] = {{"cos", &cosine}};
    void *handle = library_open(names, COUNT_OF(names), functions, COUNT_OF(functions));
    assert_non_null(handle);
    assert_true(cosine(0) == 1);
    library_close(handle);
}

static void a_library_without_a_function_is_not_taken(void **state)
{
    (void)state;
    static const char *const names[] = {"libm.so.6"};
    double (*cosine)(double) = NULL, (*other)(double) = NULL;
    const struct library_function functions[] = {{"cos", &cosine}, {"no_such_function", &other}};
    assert_null(library_open(names, COUNT_OF(names), functions, COUNT_OF(functions)));
    assert_null(other);
}

static void no_library_is_null(void **state)
{
    (void)state;
    static const char *const names[] = {"libthere-is-none.so.1"};
    assert_null(library_open(names, COUNT_OF(names), NULL, 0));
    library_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_is_there_is_loaded),
        cmocka_unit_test(a_library_without_a_function_is_not_taken),
        cmocka_unit_test(no_library_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
