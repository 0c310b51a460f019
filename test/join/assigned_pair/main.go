// Assignments of several values at once: each goes where its own target is.
package main

import (
	"runtime"

	"join.test/record"
)

type left struct{ cells [4]int64 }
type right struct{ cells [12]int64 }
type holder struct {
	left  *left
	right *right
}

var (
	lefts  *left
	rights *right
	all    []*holder
)

//go:noinline
func globals() {
	lefts, rights = &left{}, &right{} // cause: stored_in_global 42%
}

//go:noinline
func fields(h *holder) {
	h.left, h.right = &left{}, &right{} // cause: stored_in_container 42%
}

//go:noinline
func mixed(h *holder, text string) {
	_, rights = text[len("a,b("):], &right{} // cause: stored_in_global 16%
}

func main() {
	runtime.MemProfileRate = 1
	h := &holder{}
	for i := 0; i < 10000; i++ {
		globals()
		fields(h)
		if i%2 == 0 {
			mixed(h, "a,b(c)")
		}
	}
	all = append(all, h)
	record.Write()
}
