// A small constructor is inlined everywhere: the copy that is stored escapes, the others do not.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type pair struct {
	left, right int
	note        [6]int
}

var pairs = make([]*pair, 256)

func newPair(left, right int) *pair {
	return &pair{left: left, right: right} // site: composite heap 100%
}

//go:noinline
func stays(n int) int {
	p := newPair(n, n+1)
	return p.left * p.right
}

//go:noinline
func stored(n int) {
	p := newPair(n, n+2)
	pairs[n%len(pairs)] = p // cause: stored_in_global 100%
}

func main() {
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 40000; i++ {
		n += stays(i)
		stored(i)
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
