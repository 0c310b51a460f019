// C strings and bytes copied to Go's memory, a variable that C gets a pointer to, and a function that C
// calls back.
package main

/*
#include <stdlib.h>
#include <string.h>
static char *answer(const char *s) { return strdup(s); }
extern void goCallback(int n);
static void call(int n) { for (int i = 0; i < n; i++) goCallback(i); }
*/
import "C"

import (
	"os"
	"runtime"
	"unsafe"

	"join.test/record"
)

var (
	kept  [64]*[4]int
	texts [64]string
	blobs [64][]byte
)

//export goCallback
func goCallback(n C.int) {
	v := [4]int{int(n)}
	kept[n&63] = &v // cause: stored_in_global 28.4%
}

//go:noinline
func ask(i int) {
	c := C.CString("some question, as long as one is")
	a := C.answer(c)
	texts[i&63] = C.GoString(a)                    // cause: library_call 28.4% text "call of C.GoString"
	blobs[i&63] = C.GoBytes(unsafe.Pointer(a), 32) // cause: library_call 28.4% text "call of C.GoBytes"
	C.free(unsafe.Pointer(c))
	C.free(unsafe.Pointer(a))
}

//go:noinline
func passed(i int) int {
	var n [4]C.int
	C.memset(unsafe.Pointer(&n), 1, 16) // cause: parameter_leaks 14.2% text "C.memset"
	return int(n[0])
}

func main() {
	runtime.MemProfileRate = 1
	s := 0
	for i := 0; i < 5000; i++ {
		ask(i)
		s += passed(i)
	}
	C.call(5000)
	if s == 1 {
		os.Exit(1)
	}
	record.Write()
}
