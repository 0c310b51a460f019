/* Functions that allocate and that compiled code calls:
 * X("symbol", from, to, kind, type, size, count, "type", bytes)
 *
 * from, to: minor versions of Go 1 that have it with these arguments (to 99: still). type, size and
 * count say in which integer argument (internal ABI: cmd/compile/abi-internal.md) the type
 * descriptor, the bytes and the number of elements are; -1: in none. "type" and bytes are what is
 * allocated when no argument says it (bytes -1: unknown). Of mallocgc the count is needzero. A
 * symbol that ends in '*' is a prefix; the first entry that fits counts.
 *
 * Sources: cmd/compile/internal/typecheck/_builtin/runtime.go for what the compiler may call;
 * runtime/malloc.go, slice.go, string.go, iface.go, map.go, chan.go, panic.go, proc.go for what
 * becomes of the arguments. test/oracle/binary_callees.sh holds the list to those files. */
X("runtime.newobject", 18, 99, NEW, 0, -1, -1, "", -1)
X("runtime.newarray", 18, 99, MAKE_SLICE, 0, -1, 1, "", -1)
X("runtime.mallocgc*", 18, 99, NEW, 1, 0, 2, "", -1)
X("runtime.makeslicecopy", 18, 99, MAKE_SLICE, 0, -1, 1, "", -1)
X("runtime.makeslice*", 18, 99, MAKE_SLICE, 0, -1, 2, "", -1)
X("runtime.growslice", 18, 19, APPEND, 0, -1, -1, "", -1)
X("runtime.growslice*", 20, 99, APPEND, 4, -1, 1, "", -1)
X("runtime.moveSlice", 26, 99, APPEND, 0, -1, 3, "", -1)
X("runtime.moveSliceNoScan", 26, 99, APPEND, -1, 0, 3, "", -1)
X("runtime.moveSliceNoCap", 26, 99, APPEND, 0, -1, 2, "", -1)
X("runtime.moveSliceNoCapNoScan", 26, 99, APPEND, -1, 0, 2, "", -1)
X("runtime.makemap_small", 18, 99, MAKE_MAP, -1, -1, -1, "", 48)
X("runtime.makemap*", 18, 99, MAKE_MAP, 0, -1, 1, "", -1)
X("runtime.mapassign*", 18, 99, MAP_GROWTH, 0, -1, -1, "", -1)
X("runtime.makechan*", 18, 99, MAKE_CHAN, 0, -1, 1, "", -1)
X("runtime.convT", 18, 99, INTERFACE, 0, -1, -1, "", -1)
X("runtime.convTnoptr", 18, 99, INTERFACE, 0, -1, -1, "", -1)
X("runtime.convT16", 18, 99, INTERFACE, -1, -1, -1, "uint16", 2)
X("runtime.convT32", 18, 99, INTERFACE, -1, -1, -1, "uint32", 4)
X("runtime.convT64", 18, 99, INTERFACE, -1, -1, -1, "uint64", 8)
X("runtime.convTstring", 18, 99, INTERFACE, -1, -1, -1, "string", 16)
X("runtime.convTslice", 18, 99, INTERFACE, -1, -1, -1, "[]uint8", 24)
X("runtime.concatstring*", 18, 99, STRING_CONCAT, -1, -1, -1, "uint8", 1)
X("runtime.concatbyte*", 24, 99, STRING_CONCAT, -1, -1, -1, "uint8", 1)
X("runtime.intstring", 18, 99, RUNES, -1, -1, -1, "uint8", 1)
X("runtime.slicebytetostring", 18, 99, BYTES_TO_STRING, -1, -1, 2, "uint8", 1)
X("runtime.slicerunetostring", 18, 99, RUNES, -1, -1, -1, "uint8", 1)
X("runtime.stringtoslicebyte", 18, 99, STRING_TO_BYTES, -1, -1, 2, "uint8", 1)
X("runtime.stringtoslicerune", 18, 99, RUNES, -1, -1, -1, "int32", 4)
X("runtime.newproc", 18, 99, GO, -1, -1, -1, "runtime.g", -1)
X("runtime.deferprocStack", 18, 99, DEFER, -1, -1, -1, "runtime._defer", 0)
X("runtime.deferproc*", 18, 99, DEFER, -1, -1, -1, "runtime._defer", -1)
X("runtime.deferrangefunc", 23, 99, DEFER, -1, -1, -1, "runtime._defer", -1)
X("reflect.unsafe_New", 18, 99, REFLECT, 0, -1, -1, "", -1)
X("reflect.unsafe_NewArray", 18, 99, REFLECT, 0, -1, 1, "", -1)
X("reflect.makemap", 18, 99, REFLECT, 0, -1, 1, "", -1)
X("reflect.makechan", 18, 99, REFLECT, 0, -1, 1, "", -1)
X("reflect.mapassign", 18, 20, REFLECT, 0, -1, -1, "", -1)
X("reflect.mapassign_faststr", 18, 20, REFLECT, 0, -1, -1, "", -1)
X("reflect.mapassign0", 21, 99, REFLECT, 0, -1, -1, "", -1)
X("reflect.mapassign_faststr0", 21, 99, REFLECT, 0, -1, -1, "", -1)
X("reflect.growslice", 20, 99, REFLECT, 0, -1, -1, "", -1)
X("internal/reflectlite.unsafe_New", 18, 99, REFLECT, 0, -1, -1, "", -1)
X("internal/bytealg.MakeNoZero", 21, 99, MAKE_SLICE, -1, -1, 0, "uint8", 1)
X("internal/runtime/maps.newobject", 24, 99, MAP_GROWTH, 0, -1, -1, "", -1)
X("internal/runtime/maps.newarray", 24, 99, MAP_GROWTH, 0, -1, 1, "", -1)
