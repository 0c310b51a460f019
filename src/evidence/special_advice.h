/* Advice for allocations that need other words than their category: X(rule of tell.c, "advice").
 * ORDER: the first rule that fits speaks. */
X(is_noinline,
  "Take //go:noinline off, or split it: a small outer function that allocates and can be inlined, "
  "the work in a second one.")
X(is_pool,
  "A sync.Pool makes a new one when it has none: give each back with Put on every path, errors "
  "too, and keep what is put back of similar size.")
X(calls_testing,
  "The harness of tests and benchmarks, no cost of your service: let the benchmark run longer "
  "(-benchtime), and it weighs less.")
X(calls_fmt,
  "Keep fmt off the hot path: strconv.Append* into a reused []byte, or one strings.Builder.")
X(calls_json,
  "Reuse the encoder and its buffer (json.NewEncoder over a pooled bytes.Buffer), or decode into "
  "values that are reused.")
X(is_passed_to_c,
  "What C gets a pointer to is on the heap: where C does not keep it, say so (#cgo noescape NAME, "
  "since Go 1.24), or reuse one buffer that C allocated.")
X(calls_c,
  "Each call copies C memory to the heap: copy once, or read it where it lies (unsafe.Slice, "
  "unsafe.String) as long as C keeps it.")
X(calls_reflect,
  "Reflection allocates for what it hands over: keep it off the hot path (code for the concrete "
  "types, written or generated), or reuse the values it fills.")
X(grows_buffer,
  "A buffer grows as it is written to: give it its size once (Grow), or reset and reuse it, from a "
  "sync.Pool for example.")
X(is_kept_by_library,
  "The library keeps the pointer or hands it on: make the object once and reuse it, or take it "
  "from a sync.Pool.")
X(is_stored_function,
  "Make the function value once, when its owner is made, and keep it; or store what it needs and "
  "call a method.")
X(is_stored_boxed,
  "It is held as an interface, so a value would be boxed all the same: hold one concrete type by "
  "value where the kinds are few, or make many at once (pointers into one slice of them).")
X(is_stored_container,
  "Keep the one that is there and use it again: cut a slice to [:0], clear a map, and make a new "
  "one only when it is too small.")
X(is_small_map,
  "One size only: these are the first entries of small maps, which a size hint does not save. "
  "Keep one map and clear it, or use a struct or a short slice.")
X(is_passed_buffer,
  "Let the caller pass in the buffer to fill (append style), or take it from a sync.Pool of "
  "buffers by size class and give it back.")
X(is_returned_map, "Let the caller pass in a map to fill and clear it between uses.")
