/* What keeps bytes on the heap, and what kind of change takes them off:
 * X(NAME, "name in JSON", "what it is", "what to do").
 * ORDER: of two steps that carry the same bytes the one whose category stands first here is the
 * cause; so the first ones are those that say most about what must change. */
X(CONSTRUCTOR_NOT_INLINED, "constructor_not_inlined", "constructor not inlined",
  "Split it: a small outer function that allocates and can be inlined, the work in a second "
  "function; then the value stays on the caller's stack.")
X(CLOSURE, "captured_by_closure", "captured by a closure that escapes",
  "Capture less: pass what is needed as parameters, copy a variable before the closure so that it "
  "is captured by value, or use a method instead of a closure.")
X(GO_DEFER, "go_or_defer", "closure of a go or defer statement",
  "Start fewer goroutines (a fixed set of workers) and move defer out of the loop.")
X(GLOBAL, "stored_in_global", "stored in a global",
  "What a global holds lives until it is removed: bound it, evict, or store values instead of "
  "pointers so that one allocation holds many.")
X(CONTAINER, "stored_in_container", "stored in a slice, map or struct that escapes",
  "Store the value instead of a pointer to it, so that the container's own memory holds it.")
X(CHANNEL, "sent_on_channel", "sent on a channel",
  "Send the value instead of a pointer, or recycle the objects: the receiver puts them into a "
  "sync.Pool, the sender takes them from it.")
X(INTERFACE, "converted_to_interface", "converted to an interface",
  "Avoid the conversion on the hot path: a typed function instead of fmt, strconv.Append* into a "
  "reused buffer, an error value made once.")
X(UNKNOWN_CALL, "interface_or_unknown_call", "passed to an interface or unknown call",
  "The compiler must assume that the callee keeps it: call a concrete type on the hot path, pass a "
  "value, or reuse one object.")
X(RETURNED, "returned_pointer", "returned pointer",
  "Return the value instead of a pointer, or let the caller pass in what is to be filled.")
X(LOOP, "outlives_iteration", "kept in a variable that outlives the loop's iteration",
  "Make it once before the loop and clear it in each iteration, or declare the variable inside the "
  "loop; where all of them are kept, as in a list, make them together in one slice.")
X(TOO_LARGE, "too_large", "too large for the stack",
  "Reuse it: a sync.Pool of buffers by size class, or one buffer per worker.")
X(DYNAMIC_SIZE, "size_not_constant", "size not known when compiling",
  "Give it a constant capacity, pass a buffer in, or take it from a pool of []byte by size class.")
X(SLICE_GROWTH, "slice_growth", "slice growth in append",
  "Preallocate: make the slice with the capacity it is going to have.")
X(STRING_BUILDING, "string_building", "string concatenation or conversion",
  "Build it in one strings.Builder with Grow, or append to a reused []byte; convert once.")
X(MAP_GROWTH, "map_growth", "map growth",
  "Give make the expected number of entries, or use a slice when the keys are small numbers.")
X(CHANNEL_MADE, "channel_made", "channel made at run time",
  "Make the channel once and reuse it, or use a sync.WaitGroup or a mutex where one value passes.")
X(LIBRARY_CALL, "library_call", "allocated inside a library call",
  "Call it less often, reuse what it returns, or use the variant that fills a buffer you pass in.")
X(PARAMETER, "parameter_leaks", "passed to a function that keeps it",
  "Pass a copy of what the callee needs, or change the callee so that it does not keep the "
  "pointer.")
X(RUNTIME, "runtime", "the runtime's own memory",
  "Not a value of your code: fewer goroutines, timers or finalizers make it smaller.")
X(OTHER, "other", "escapes", "Read the story: the last step before the heap is the one to change.")
