/* prof_commands.c: pprof's reports by name (google/pprof internal/driver/commands.go). */
#include "prof.h"

#define BROWSERS "$BROWSER|chrome|google-chrome|chromium|firefox|sensible-browser|xdg-open"

static const struct prof_command commands[] = {
    {"top", "heaviest functions", VIEW_TOP, NULL, NULL, NULL, NULL},
    {"text", "the same", VIEW_TOP, NULL, NULL, NULL, NULL},
    {"tree", "functions with callers and callees", VIEW_TREE, NULL, NULL, NULL, NULL},
    {"peek", "the same, of functions that match", VIEW_PEEK, "RE", NULL, NULL, NULL},
    {"list", "annotated source of functions that match", VIEW_LIST, "RE", NULL, NULL, NULL},
    {"weblist", "the same as a page", VIEW_WEBLIST, "RE", NULL, "html", BROWSERS},
    {"disasm", "annotated machine code of functions that match", VIEW_DISASM, "RE", NULL, NULL,
     NULL},
    {"traces", "every sample's stack", VIEW_TRACES, NULL, NULL, NULL, NULL},
    {"tags", "labels and what they weigh", VIEW_TAGS, NULL, NULL, NULL, NULL},
    {"raw", "the profile itself as text", VIEW_RAW, NULL, NULL, NULL, NULL},
    {"comments", "the profile's comments", VIEW_COMMENTS, NULL, NULL, NULL, NULL},
    {"dot", "call graph in Graphviz's language", VIEW_DOT, NULL, NULL, NULL, NULL},
    {"svg", "call graph drawn (needs Graphviz)", VIEW_DOT, NULL, "svg", "svg", NULL},
    {"png", "the same in PNG", VIEW_DOT, NULL, "png", "png", NULL},
    {"gif", "the same in GIF", VIEW_DOT, NULL, "gif", "gif", NULL},
    {"pdf", "the same in PDF", VIEW_DOT, NULL, "pdf", "pdf", NULL},
    {"ps", "the same in PostScript", VIEW_DOT, NULL, "ps", "ps", NULL},
    {"web", "call graph in a browser", VIEW_DOT, NULL, "svg", "svg", BROWSERS},
    {"eog", "call graph in eog", VIEW_DOT, NULL, "svg", "svg", "eog"},
    {"evince", "call graph in evince", VIEW_DOT, NULL, "pdf", "pdf", "evince"},
    {"gv", "call graph in gv", VIEW_DOT, NULL, "ps", "ps", "gv"},
    {"callgrind", "for KCachegrind", VIEW_CALLGRIND, NULL, NULL, "callgraph.out", NULL},
    {"kcachegrind", "the same, shown in KCachegrind", VIEW_CALLGRIND, NULL, NULL, "grind",
     "kcachegrind"},
    {"proto", "a profile, packed", VIEW_PROTO, NULL, NULL, "pb.gz", NULL},
    {"topproto", "-top as a profile", VIEW_TOPPROTO, NULL, NULL, "pb.gz", NULL},
};
_Static_assert(COUNT_OF(commands) == PROF_COMMAND_COUNT, "prof.h says how many");

const struct prof_command *prof_command_at(size_t index)
{
    return &commands[index];
}

const struct prof_command *prof_command_find(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (str_is(name, commands[i].name))
            return &commands[i];
    return NULL;
}
