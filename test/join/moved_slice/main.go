// Slices that append makes on the stack and that Go 1.26 copies to the heap where they leave their
// variable: in a return without values, and in an assignment.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type holder struct{ names []int }

//go:noinline
func named(n int) (list []int, err error) {
	for i := 0; i < n; i++ {
		list = append(list, i)
	}
	return // cause: slice_growth 45..55%; site: append none 45..55%
}

//go:noinline
func (h *holder) fill(n int) {
	var list []int
	for i := 0; i < n; i++ {
		list = append(list, i)
	}
	h.names = list // cause: slice_growth 45..55%; site: append none 45..55%
}

func main() {
	runtime.MemProfileRate = 1
	n := 0
	h := &holder{}
	for i := 0; i < 5000; i++ {
		list, _ := named(2)
		h.fill(2)
		n += len(list) + len(h.names)
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
