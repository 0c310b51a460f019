// Two different allocations on one line, told apart by their size.
package main

import (
	"runtime"

	"join.test/record"
)

type small struct {
	a, b int
	next *small
}

type big struct {
	a    [40]int
	next *big
}

var smalls = make([]*small, 64)
var bigs = make([]*big, 64)

//go:noinline
func both(i int) {
	s, b := &small{a: i}, &big{} // site: composite heap 6.4% size 24; site: composite heap 93.6% size 328
	smalls[i&63] = s             // cause: stored_in_global 7%
	bigs[i&63] = b               // cause: stored_in_global 93%
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 30000; i++ {
		both(i)
	}
	record.Write()
}
