/* Which declared type an expression names, the types of fields, and where a printed text stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data.h"

/* "example.com/lib" is in types/lib. */
static struct str find_dir(void *ctx, struct str import_path)
{
    const char *root = getenv("ROOT");
    struct str prefix = STR("example.com/");
    if (!str_starts(import_path, prefix))
        return STR_NONE;
    struct str name = str_skip(import_path, prefix.len);
    snprintf(ctx, 1024, "%s/test/syntax/types/%.*s", root ? root : ".", STR_ARGS(name));
    return str_from(ctx);
}

/* "*example.com/lib.Unit", "interface example.com/service.Store", "?" when it is not known. */
static const char *told(bool known, const struct syntax_named *named, char *text)
{
    if (!known)
        return "?";
    snprintf(text, 256, "%s%s%.*s.%.*s", named->interface ? "interface " : "",
             named->pointer ? "*" : "", STR_ARGS(named->import_path), STR_ARGS(named->name));
    return text;
}

static void names_and_fields_are_found_through_imports_and_embedding(void **state)
{
    (void)state;
    static const struct {
        const char *type, *fields, *wanted;
    } cases[] = {
        {"Server", "", "example.com/service.Server"},
        {"*Server", "", "*example.com/service.Server"},
        {"Alias", "", "*example.com/service.Server"},
        {"Store", "", "interface example.com/service.Store"},
        {"List[int]", "", "example.com/service.List"},
        {"lib.Unit", "", "example.com/lib.Unit"},
        {"error", "", "interface .error"},
        {"any", "", "interface .any"},
        {"interface{ M() }", "", "interface .any"},
        {"int", "", "?"},
        {"[]Server", "", "?"},
        {"Missing", "", "?"},
        {"lib.Missing", "", "?"},
        {"nowhere.T", "", "?"},
        {"", "", "?"},
        {"*Server", "store", "interface example.com/service.Store"},
        {"*Server", "a", "*example.com/shop.Order"},
        {"*Server", "b", "*example.com/shop.Order"},
        {"Server", "generic", "example.com/lib.Generic"},
        {"Server", "anonymous", "interface .any"},
        {"Server", "err", "interface .error"},
        {"Server", "Base", "*example.com/service.Base"},
        {"Server", "Unit", "example.com/lib.Unit"},
        {"Server", "owner", "*example.com/service.Server"}, /* promoted */
        {"Server", "owner.owner.store", "interface example.com/service.Store"},
        {"List[int]", "head", "*example.com/service.Base"},
        {"Server", "names", "?"},
        {"Server", "depth", "?"},
        {"Server", "missing", "?"},
        {"error", "x", "?"},
    };
    struct fixture fixture;
    char path[1024], text[256];
    fixture_init(&fixture);
    struct syntax_file file;
    syntax_read(&file, fixture_text(&fixture, "types/service/service.go"), &fixture.arena);
    struct syntax_types *types = syntax_types_new(&fixture.memory, find_dir, path);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct syntax_named named;
        bool known = syntax_named_of(types, STR("example.com/service"), &file,
                                     str_from(cases[i].type), &named);
        struct str rest = str_from(cases[i].fields);
        for (struct str field = str_cut(&rest, '.'); known && field.len > 0;
             field = str_cut(&rest, '.'))
            known = syntax_field_of(types, &named, field, &named);
        if (strcmp(told(known, &named, text), cases[i].wanted) != 0)
            fail_msg("%s %s: %s, wanted %s", cases[i].type, cases[i].fields,
                     told(known, &named, text), cases[i].wanted);
    }
    syntax_types_free(types);
    fixture_release(&fixture);
}

static void printed_texts_are_found_by_their_tokens(void **state)
{
    (void)state;
    static const char source[] = "package p\n"
                                 "func f(s *T, p *U) {\n"
                                 "\ts.items[s.n%len(s.items)] = p\n"
                                 "\tkeep(p,\n"
                                 "\t\ts)\n"
                                 "\ttwice(p); twice(p)\n"
                                 "}\n"
                                 "func g() { other = p }\n";
    static const struct {
        const char *text;
        uint32_t line, column; /* line 0: not found */
    } cases[] = {
        {"s.items[s.n % len(s.items)] = p", 3, 28},
        {"keep(p, s)", 4, 6},
        {"len(s.items)", 3, 17},
        {"s.n", 3, 10},
        {"twice(p)", 0, 0},
        {"other = p", 0, 0},
        {"", 0, 0},
        {"}", 0, 0},
    };
    struct fixture fixture;
    struct syntax_file file;
    fixture_init(&fixture);
    fixture_read(&fixture, source, &file);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t line = 0, column = 0;
        bool found = syntax_find_text(&file, 0, str_from(cases[i].text), &fixture.arena, &line,
                                      &column);
        if (found != (cases[i].line > 0) ||
            (found && (line != cases[i].line || column != cases[i].column)))
            fail_msg("\"%s\": %d at %u:%u", cases[i].text, found, line, column);
    }
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_fields_are_found_through_imports_and_embedding),
        cmocka_unit_test(printed_texts_are_found_by_their_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
