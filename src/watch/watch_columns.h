/* What the history keeps of a sample, behind time and process: X(NAME, column, field of struct
 * watch_sample, WHOLE or REAL, unit). Columns are only added at the end; their names are those of
 * the database and of the JSON. */
X(RSS, rss, usage.resident, WHOLE, BYTES)
X(USED, used, used, WHOLE, BYTES)
X(HEADROOM, headroom, headroom, WHOLE, BYTES)
X(HEAP, heap, runtime.heap_in_use, WHOLE, BYTES)
X(LIVE, live, runtime.live, WHOLE, BYTES)
X(GOAL, goal, runtime.goal, WHOLE, BYTES)
X(ALLOCATED, allocated, runtime.allocated, WHOLE, BYTES)
X(GOROUTINES, goroutines, runtime.goroutines, WHOLE, COUNT)
X(CYCLES, cycles, runtime.cycles, WHOLE, COUNT)
X(PAUSE_SECONDS, pause_seconds, runtime.pause_total, REAL, SECONDS)
X(CPU_SECONDS, cpu_seconds, cpu_seconds, REAL, SECONDS)
X(GC_CPU, gc_cpu, gc_cpu, REAL, SHARE)
X(PSI, psi, group.pressure.some10, REAL, SHARE)
