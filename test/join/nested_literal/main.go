// A literal within a literal, a map and a slice within a struct: what keeps the outer one keeps all.
package main

import (
	"runtime"

	"join.test/record"
)

type inner struct{ cells [8]int }

type outer struct {
	name  string
	first *inner
	list  []*inner
	index map[string]*inner
}

var latest *outer

//go:noinline
func newOuter(name string) *outer {
	in := &inner{}
	o := &outer{
		name:  name,
		first: in,
		list:  []*inner{{}, in},
		index: make(map[string]*inner, 4),
	}
	return o
}

//go:noinline
func refresh(name string) {
	latest = newOuter(name) // cause: stored_in_global 100%
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 10000; i++ {
		refresh("name")
	}
	record.Write()
}
