/* unheap version. */
#include "cmd.h"

#ifndef UNHEAP_VERSION
#define UNHEAP_VERSION "0.1"
#endif

int verb_version(struct cmd *cmd, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return cmd_print(cmd, STR("unheap " UNHEAP_VERSION "\n"));
}
