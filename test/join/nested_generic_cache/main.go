// A generic LRU-like cache held in a global; values stored through a method.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type slot[V any] struct {
	value V
	next  *slot[V]
	used  int
}

type cache[K comparable, V any] struct {
	m    map[K]*slot[V]
	head *slot[V]
}

func (c *cache[K, V]) put(k K, v V) {
	s := &slot[V]{value: v} // site: composite heap 100%
	s.next = nil
	c.m[k] = s // cause: stored_in_container|stored_in_global 100%
	c.head = s
}

type rec struct{ v [20]int }

var global = cache[int, rec]{m: map[int]*slot[rec]{}}

//go:noinline
func load(n int) {
	global.put(n&31, rec{})
}

func main() {
	for i := 0; i < 32; i++ {
		load(i)
	}
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		load(i)
	}
	if len(global.m) == 1 {
		os.Exit(1)
	}
	record.Write()
}
