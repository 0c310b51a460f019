/* Metrics of each process: X(name, kind, field of struct watch_sample, WHOLE or REAL, help). Names
 * are those of Prometheus's own client for Go (collectors go and process) and of runtime/metrics as
 * it exports them; unheap_* is ours. A counter's name ends in _total. */
X(process_resident_memory_bytes, gauge, usage.resident, WHOLE, "Resident memory size in bytes.")
X(process_virtual_memory_bytes, gauge, usage.virtual_bytes, WHOLE, "Virtual memory size in bytes.")
X(process_cpu_seconds_total, counter, cpu_seconds, REAL, "Processor time, user and system.")
X(process_start_time_seconds, gauge, usage.start_seconds, REAL, "Start of the process since 1970.")
X(process_open_fds, gauge, usage.files, WHOLE, "Open files.")
X(process_max_fds, gauge, usage.files_limit, WHOLE, "Most files it may open.")
X(process_swap_bytes, gauge, usage.swapped, WHOLE, "Memory that is swapped out.")
X(process_major_page_faults_total, counter, usage.major_faults, WHOLE,
  "Page faults that had to read.")
X(go_goroutines, gauge, runtime.goroutines, WHOLE, "Goroutines that exist.")
X(go_threads, gauge, usage.threads, WHOLE, "Threads of the operating system.")
X(go_sched_gomaxprocs_threads, gauge, runtime.processors, WHOLE, "GOMAXPROCS.")
X(go_gc_gogc_percent, gauge, runtime.gogc, WHOLE, "GOGC.")
X(go_gc_gomemlimit_bytes, gauge, runtime.memory_limit, WHOLE, "GOMEMLIMIT.")
X(go_memstats_alloc_bytes_total, counter, runtime.allocated, WHOLE,
  "Bytes allocated on the heap since start.")
X(go_memstats_mallocs_total, counter, runtime.allocs, WHOLE, "Objects allocated since start.")
X(go_memstats_frees_total, counter, runtime.frees, WHOLE, "Objects freed since start.")
X(go_memstats_heap_alloc_bytes, gauge, runtime.heap_objects, WHOLE,
  "Objects on the heap, dead ones that are not yet swept too.")
X(go_memstats_heap_inuse_bytes, gauge, runtime.heap_in_use, WHOLE, "Heap spans in use.")
X(go_memstats_heap_idle_bytes, gauge, heap_idle, WHOLE, "Heap spans without objects.")
X(go_memstats_heap_released_bytes, gauge, runtime.heap_released, WHOLE,
  "Heap given back to the system.")
X(go_memstats_heap_sys_bytes, gauge, heap_system, WHOLE, "Heap obtained from the system.")
X(go_memstats_heap_objects, gauge, heap_object_count, WHOLE, "Objects on the heap.")
X(go_memstats_stack_inuse_bytes, gauge, runtime.stacks, WHOLE, "Stacks of goroutines.")
X(go_memstats_buck_hash_sys_bytes, gauge, runtime.profiling, WHOLE, "The profiler's own tables.")
X(go_memstats_other_sys_bytes, gauge, runtime.other, WHOLE, "Other memory of the runtime.")
X(go_memstats_sys_bytes, gauge, runtime.total, WHOLE, "Everything obtained from the system.")
X(go_memstats_next_gc_bytes, gauge, runtime.goal, WHOLE,
  "Heap size at which the next collection ends.")
X(go_memstats_last_gc_time_seconds, gauge, runtime.last_gc, REAL,
  "End of the last collection since 1970.")
X(go_gc_heap_live_bytes, gauge, runtime.live, WHOLE, "What the last collection found alive.")
X(go_gc_heap_goal_bytes, gauge, runtime.goal, WHOLE, "Goal of the collector for the heap.")
X(go_gc_cycles_total_gc_cycles_total, counter, runtime.cycles, WHOLE, "Collections completed.")
X(go_gc_cycles_forced_gc_cycles_total, counter, runtime.forced, WHOLE,
  "Collections that the program asked for.")
X(go_cpu_classes_gc_mark_assist_cpu_seconds_total, counter, runtime.cpu_assist, REAL,
  "Processor time in which allocating goroutines had to mark.")
X(go_cpu_classes_gc_pause_cpu_seconds_total, counter, runtime.cpu_pause, REAL,
  "Processor time in which the collector stopped the program.")
X(go_cpu_classes_gc_total_cpu_seconds_total, counter, runtime.cpu_gc, REAL,
  "Processor time of the collector.")
X(go_cpu_classes_total_cpu_seconds_total, counter, runtime.cpu_total, REAL,
  "Processor time that the program had at hand.")
X(unheap_memory_limit_bytes, gauge, limit, WHOLE,
  "The nearest limit at which the kernel kills: of the cgroup, one above it, or the machine.")
X(unheap_memory_used_bytes, gauge, used, WHOLE, "What counts against the limit.")
X(unheap_memory_headroom_bytes, gauge, headroom, WHOLE, "What is left until the limit.")
X(unheap_memory_growth_bytes_per_second, gauge, growth_rate, ANY, "How fast it grows, by trend.")
X(unheap_time_to_oom_seconds, gauge, time_to_oom, REAL,
  "When the limit is reached if it goes on like this; +Inf: it is not.")
X(unheap_gc_cpu_ratio, gauge, gc_cpu, REAL,
  "The collector's share of the processor time the program had at hand, between the last two "
  "collections.")
