// The same kind of constructor, but each caller keeps the result in another way: the keeping is the
// cause, not the constructor.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type item struct {
	tags [20]int
	next *item
}

type shelf struct {
	top *item
}

var all = make(map[int]*item, 1000)
var lastFunc func() int
var kept []*item

func newItem(n int) *item {
	it := &item{}
	for i := range it.tags {
		switch {
		case i%2 == 0:
			it.tags[i] = n * i
		case i%3 == 0:
			it.tags[i] = n + i
		case i%5 == 0:
			it.tags[i] = n - i
		case i%11 == 0:
			it.tags[i] = 3*n + i
		case i%7 == 0:
			it.tags[i] = n | i
		default:
			it.tags[i] = n ^ i
		}
	}
	return it
}

//go:noinline
func toGlobal(n int) {
	all[n%500] = newItem(n) // cause: stored_in_global 20%
}

//go:noinline
func toField(s *shelf, n int) {
	it := newItem(n)
	it.tags[0]++
	s.top = it // cause: stored_in_container 20%
}

//go:noinline
func toChannel(c chan *item, n int) {
	it := newItem(n)
	c <- it // cause: sent_on_channel 20%
}

//go:noinline
func toClosure(n int) {
	it := newItem(n)
	lastFunc = func() int { return it.tags[0] } // cause: captured_by_closure 20%
}

//go:noinline
func remember(it *item) {
	kept[it.tags[2]&63] = it // cause: stored_in_global 20%
}

//go:noinline
func toFunction(n int) {
	it := newItem(n)
	remember(it)
}

func main() {
	kept = make([]*item, 64)
	c := make(chan *item, 1)
	s := &shelf{}
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		toGlobal(i)
		toField(s, i)
		toChannel(c, i)
		<-c
		toClosure(i)
		toFunction(i)
	}
	if len(all) == 1 {
		os.Exit(1)
	}
	record.Write()
}
