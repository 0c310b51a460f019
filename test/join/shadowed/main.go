// A parameter has the name of a package-level variable: what is stored in it is not stored in a global.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type block struct{ cells [14]int }

var table []*block

//go:noinline
func put(table []*block, n int) {
	b := &block{}
	b.cells[0] = n
	table[n&63] = b // cause: stored_in_container 50%
}

//go:noinline
func putHere(n int) {
	b := &block{}
	b.cells[1] = n
	table[n&31] = b // cause: stored_in_global 50%
}

func main() {
	local := make([]*block, 64)
	table = make([]*block, 32)
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		put(local, i)
		putHere(i)
	}
	if local[3] == nil {
		os.Exit(1)
	}
	record.Write()
}
