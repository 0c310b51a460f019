// Variadic any, own logger with args kept, kept variadic strings.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type entry struct {
	args []any
	tags []string
}

var ring [64]entry

//go:noinline
func logf(n int, args ...any) {
	ring[n&63].args = args // cause: stored_in_global 71.4%
}

//go:noinline
func tag(n int, tags ...string) {
	ring[n&63].tags = tags // cause: stored_in_global 28.5%
}

type point struct{ x, y, z int }

//go:noinline
func work(n int) {
	logf(n, n+1000, point{n, n, n}, "constant") // site: variadic heap 43% size 48; site: interface heap 21% size 24; site: interface heap 7%
	tag(n, "a", "b")                            // site: variadic heap 28.5% size 32
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		work(i)
	}
	if len(ring[0].args) == 1 {
		os.Exit(1)
	}
	record.Write()
}
