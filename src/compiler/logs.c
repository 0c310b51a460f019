/* logs */
#include "compiler/compiler_int.h"
enum status logs_read(const char *dir, struct compiler *compiler, struct sb *text,
                                struct diag_sink *sink){(void)dir;(void)compiler;(void)text;(void)sink;return STATUS_OK;}
