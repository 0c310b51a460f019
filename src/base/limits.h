/* Every ceiling in unheap, in one place.
 *
 * Whatever grows with foreign input grows up to one of these and no further. Reaching one is a
 * diagnostic with the limit's name in it, never an abort, and each is exercised by a test. Where a
 * call has no way to say no (interning tables, hash maps), reaching its ceiling is the same as
 * running out of memory: `exhausted`. */
#ifndef UNHEAP_BASE_LIMITS_H
#define UNHEAP_BASE_LIMITS_H

#define LIMIT_UNPACKED_BYTES ((size_t)4 << 30)     /* what one gzip or zstd file may unpack to */
#define LIMIT_UNPACK_RATIO 2000                    /* unpacked : packed; gzip cannot exceed 1032 */
#define LIMIT_ZSTD_WINDOW_LOG 27                   /* how far zstd may look back: 2^27 bytes */
#define LIMIT_FILE_BYTES ((size_t)8 << 30)         /* one input file */
#define LIMIT_STDIN_BYTES ((size_t)4 << 30)        /* standard input, read to its end */
#define LIMIT_HTTP_BYTES ((size_t)1 << 30)         /* the body of one HTTP answer */
#define LIMIT_HTTP_SECONDS 60                      /* beyond the seconds asked for by -seconds */
#define LIMIT_HTTP_REDIRECTS 3
#define LIMIT_INTERNED_BYTES ((size_t)3 << 30)     /* bytes in one interning table */
#define LIMIT_MAP_ENTRIES ((size_t)1 << 30)        /* entries of one hash map */
#define LIMIT_BUILDER_BYTES ((size_t)2 << 30)      /* one string builder */
#define LIMIT_THREADS 64                           /* workers in one pool */
#define LIMIT_DIAGNOSTICS 1000                     /* kept in one sink; the rest are counted */
#define LIMIT_DIAGNOSTIC_BYTES 4096                /* of one message; a longer one is cut */
#define LIMIT_DIR_NAMES ((size_t)1 << 20)          /* names in one directory */
#define LIMIT_PROFILE_FRAMES 1024                  /* frames of one stack, inlined ones included */
#define LIMIT_PROFILE_SAMPLE_TYPES 64
#define LIMIT_PROFILE_STACKS ((size_t)64 << 20)    /* distinct stacks of one merged profile */
#define LIMIT_PROFILE_SAMPLES ((size_t)512 << 20)  /* samples of one merged profile */
#define LIMIT_COMPARE_NODES ((size_t)16 << 20)     /* calls of a differential flame graph */
#define LIMIT_MANGLED_BYTES 4096                   /* of a name that is to be demangled */
#define LIMIT_DEMANGLED_BYTES ((size_t)4 << 20)    /* what it may come to */
#define LIMIT_PROFILES 1000                        /* files merged by one command */
#define LIMIT_COMPILER_LINE_BYTES ((size_t)64 << 20) /* one line of compiler text */
#define LIMIT_COMPILER_RECORDS ((size_t)200 << 20) /* messages kept from all diagnostics */
#define LIMIT_STORY_STEPS 400                      /* steps of one explanation */
#define LIMIT_LOG_FILES 100000                     /* files of one directory of JSON logs */
#define LIMIT_SOURCE_BYTES ((size_t)64 << 20)      /* one Go source file */
#define LIMIT_SYNTAX_DEPTH 1000                    /* nesting of brackets in Go source */
#define LIMIT_FOLLOWED_CALLS 16                    /* callers a value is followed through */
#define LIMIT_LIVE_BUCKETS 2000000                 /* of a process's heap profile */
#define LIMIT_LIVE_GOROUTINES 4000000              /* looked at in one process */
#define LIMIT_LIVE_PROFILE_BYTES ((size_t)256 << 20) /* of stacks kept from one process */
#define LIMIT_LIVE_DEEP_BYTES ((uint64_t)1 << 30)  /* of all goroutines' stacks beyond their top */
#define LIMIT_LIVE_STACK_BYTES ((size_t)1 << 20)   /* of one goroutine's stack that are read */
#define LIMIT_LIVE_STACK 1100                      /* addresses of a stack; Go keeps 1024 */
#define LIMIT_LEDGER_CAUSES 10000                  /* of a report of hot */
#define LIMIT_GC_CYCLES 1000000                    /* lines kept of a trace of the collector */
#define LIMIT_GC_LINE_BYTES (64 << 10)             /* a longer line of its log is passed over */
#define LIMIT_SERVE_CONNECTIONS 256                /* open at a time */
#define LIMIT_SERVE_HEAD_BYTES (32 << 10)          /* of a request's line and headers */
#define LIMIT_SERVE_IDLE_SECONDS 15                /* without a byte, then a connection is closed */
#define LIMIT_SERVE_REQUEST_SECONDS 20             /* until request and answer are through */
#define LIMIT_SERVE_PEM_BYTES (1 << 20)            /* a file with certificates or a key */
#define LIMIT_REPORT_ROWS 100000                   /* -n */
#define LIMIT_FLAG_NUMBER 1000000000u              /* any number on the command line */
#define LIMIT_PAGE_CAUSES 300                      /* of the HTML page; the rest are summed up */
#define LIMIT_PAGE_SITES 3000
#define LIMIT_PAGE_PARTS 200                       /* sites listed with one cause */
#define LIMIT_PAGE_UNEXPLAINED 300
#define LIMIT_PAGE_ELIDED 300                      /* of heap verdicts without a call */
#define LIMIT_PAGE_GRAPH_NODES 60                  /* in the picture of one cause */
#define LIMIT_PAGE_FLAME_NODES 20000
#define LIMIT_PAGE_FLAME_PARTS 2000                /* frames below 1/2000 of all are left out */
#define LIMIT_PAGE_GC_POINTS 4000                  /* of a trace; more cycles share points */
#define LIMIT_PAGE_SOURCE_BYTES ((size_t)3 << 20)  /* whole source files in the page */
#define LIMIT_PAGE_EXCERPT_BYTES ((size_t)1 << 20) /* and parts of the ones beyond */
#define LIMIT_PAGE_BIN_ROWS 500                     /* of each table of `bin -html`, */
#define LIMIT_PAGE_BIN_SITES 10000                  /* and of its calls */
#define LIMIT_BINARY_BYTES ((size_t)2 << 30)       /* one executable */
#define LIMIT_BINARY_SEGMENTS 64                   /* program headers of one executable */
#define LIMIT_BINARY_SECTIONS 1000
#define LIMIT_BINARY_FUNCTIONS ((size_t)8 << 20)   /* entries of pclntab */
#define LIMIT_BINARY_FUNCTION_BYTES ((size_t)4 << 20) /* code of one function */
#define LIMIT_BINARY_SITES ((size_t)8 << 20)       /* calls into the allocator */
#define LIMIT_BINARY_CALLEES 65000                 /* functions that allocate, of one program */
#define LIMIT_BINARY_INLINED 200                   /* frames of one inlined position */
#define LIMIT_BINARY_TYPES ((size_t)4 << 20)       /* type descriptors decoded */
#define LIMIT_BINARY_TYPE_DEPTH 30                 /* nesting of one type's name */
#define LIMIT_BINARY_TYPE_NAME ((size_t)16 << 10)  /* bytes of one type's name */
#define LIMIT_BINARY_NAMES ((size_t)128 << 20)      /* what is kept of types and their names */
#define LIMIT_BINARY_FIELDS 10000                  /* of one struct */
#define LIMIT_BINARY_MODULES 20000                 /* lines of buildinfo */
#define LIMIT_BINARY_TRACK_STEPS 20000             /* instructions looked at for one argument, */
#define LIMIT_BINARY_JOB_STEPS (1u << 21)          /* for all of some 500 functions, */
#define LIMIT_BINARY_LINE_STEPS (1u << 28)         /* and entries of their line tables */
#define LIMIT_LIVE_PROGRAMS 64                     /* executables kept open by one session */
#define LIMIT_LIVE_SCAN_BYTES ((size_t)512 << 20)  /* data searched for moduledata */
#define LIMIT_LIVE_MAPS_BYTES ((size_t)16 << 20)   /* of one /proc file */
#define LIMIT_TASK_BYTES ((size_t)1 << 20)         /* what a child of ours may answer */
#define LIMIT_WATCH_TARGETS 1000                   /* processes of one `watch` */
#define LIMIT_WATCH_SEEN 100000                    /* processes that are remembered as looked at */
#define LIMIT_WATCH_WINDOW 86400                   /* seconds that growth may be asked over */
#define LIMIT_POST_SECONDS 10                      /* for one webhook */
#define LIMIT_WATCH_DELIVERIES 200                 /* webhooks and commands that wait at a time */
#define LIMIT_WATCH_JOBS 16                        /* captures under way at a time */
#define LIMIT_WATCH_JOB_SECONDS 60                 /* then a capture is given up */
#define LIMIT_REPORT_PAST_PROCESSES 1000           /* of a history, as text; JSON has all */
#define LIMIT_REPORT_PAST_EVENTS 200               /* the newest */
#define LIMIT_SARIF_RESULTS 25000                  /* what GitHub takes in one run */
#define LIMIT_ANNOTATIONS 10                       /* of one kind that GitHub shows of a step */
#define LIMIT_POLICY_ENTRIES 10000                 /* lines of .unheap.toml that set something */

#endif
