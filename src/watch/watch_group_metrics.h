/* Metrics of each cgroup, in the manner of cAdvisor's: X(name, kind, field of struct
 * live_group_usage, WHOLE or REAL, help). */
X(container_memory_usage_bytes, gauge, usage, WHOLE, "All memory charged to the cgroup.")
X(container_memory_working_set_bytes, gauge, working_set, WHOLE,
  "Usage without page cache that is not in use.")
X(container_memory_max_usage_bytes, gauge, peak, WHOLE, "Highest usage so far.")
X(container_memory_rss, gauge, anonymous, WHOLE, "Anonymous memory.")
X(container_memory_cache, gauge, file, WHOLE, "Page cache.")
X(container_memory_kernel_usage, gauge, kernel, WHOLE, "Memory of the kernel for it.")
X(container_memory_swap, gauge, swap, WHOLE, "Swapped out.")
X(container_spec_memory_limit_bytes, gauge, limit, WHOLE,
  "The smallest limit of the cgroup and those above it.")
X(container_oom_events_total, counter, oom_kills, WHOLE, "Processes that the kernel killed in it.")
X(container_cpu_usage_seconds_total, counter, cpu_seconds, REAL, "Processor time used.")
X(container_cpu_cfs_throttled_seconds_total, counter, throttled_seconds, REAL,
  "Time in which it was not allowed to run.")
X(container_pressure_memory_waiting_seconds_total, counter, pressure.some_seconds, REAL,
  "Time in which some task waited for memory (PSI).")
X(container_pressure_memory_stalled_seconds_total, counter, pressure.full_seconds, REAL,
  "Time in which all tasks waited for memory (PSI).")
