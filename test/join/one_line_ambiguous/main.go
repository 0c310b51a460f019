// Two allocations of the same size on one line: nothing tells them apart, and that is said.
package main

import (
	"runtime"

	"join.test/record"
)

type left struct {
	a    [6]int
	next *left
}

type right struct {
	b    [6]int
	next *right
}

var lefts = make([]*left, 64)
var rights = make([]*right, 64)

//go:noinline
func both(i int) {
	l, r := &left{}, &right{} // site: composite heap 100% ambiguous; cause: any 100%
	lefts[i&63] = l
	rights[i&63] = r
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 30000; i++ {
		both(i)
	}
	record.Write()
}
