// Closures that escape: one captures by value, one by reference (the variable moves to the heap), and
// a method value.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type table struct {
	hooks []func() int
}

//go:noinline
func (t *table) byValue(i, a, b, c int) {
	t.hooks[i&63] = func() int { return a + b + c } // cause: captured_by_closure 18.2%
}

//go:noinline
func (t *table) byReference(i int) {
	var sum [14]int
	sum[0] = i
	t.hooks[i&63] = func() int { // cause: captured_by_closure 72.7%
		sum[1]++
		return sum[1]
	}
	sum[2] = i
}

type unit struct{ n int }

func (u *unit) get() int { return u.n }

var units [64]unit

//go:noinline
func (t *table) method(i int) {
	t.hooks[i&63] = units[i&63].get // cause: captured_by_closure|stored_in_container|converted_to_interface 9.1%
}

func main() {
	t := &table{hooks: make([]func() int, 64)}
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 40000; i++ {
		t.byValue(i, i, i+1, i+2)
		t.byReference(i)
		t.method(i)
		n += t.hooks[i&63]()
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
