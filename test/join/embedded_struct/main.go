// An embedded struct's promoted method keeps the argument; a pointer to the embedded part is global.
package main

import (
	"runtime"

	"join.test/record"
)

type base struct {
	last *item
	name string
}
type item struct{ v [10]int64 }

func (b *base) keep(it *item) {
	b.last = it // cause: stored_in_container 50%
}

type service struct {
	base
	n int
}

var current *base

type wide struct {
	base
	pad [7]int64
}

//go:noinline
func handle(s *service, n int) {
	it := &item{} // site: composite heap 50% size 80
	it.v[0] = int64(n)
	s.keep(it)
}

//go:noinline
func activate(n int) {
	w := &wide{} // site: composite heap 50% size 80
	w.pad[0] = int64(n)
	current = &w.base // cause: stored_in_global 50%
}

func main() {
	s := &service{}
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		handle(s, i)
		activate(i)
	}
	record.Write()
}
