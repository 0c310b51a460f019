// A generic container of pointers and a generic constructor with a loop.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type payload struct {
	id   int
	data [12]int64
}

type stack[T any] struct {
	items []*T
	n     int
}

func (s *stack[T]) push(v T) {
	p := new(T) // site: new heap 50%
	*p = v
	s.items[s.n%len(s.items)] = p // cause: stored_in_container 50%
	s.n++
}

type pair[K comparable, V any] struct {
	key  K
	vals [12]V
}

func newPair[K comparable, V any](k K, v V) *pair[K, V] { // cause: constructor_not_inlined 50%
	p := &pair[K, V]{key: k} // site: composite heap 50%
	for i := range p.vals {
		if i%2 == 0 {
			p.vals[i] = v
		} else if i%3 == 0 {
			p.vals[i], p.vals[0] = p.vals[0], v
		} else if i%5 == 0 {
			p.vals[i], p.vals[1] = p.vals[1], v
		} else if i%7 == 0 {
			p.vals[i], p.vals[2] = p.vals[2], v
		} else if i%11 == 0 {
			p.vals[i], p.vals[3] = p.vals[3], v
		}
	}
	return p
}

//go:noinline
func read(n int) int64 {
	p := newPair(int64(n), int64(2))
	return p.vals[3] + p.key
}

func main() {
	s := &stack[payload]{items: make([]*payload, 64)}
	runtime.MemProfileRate = 1
	var total int64
	for i := 0; i < 20000; i++ {
		s.push(payload{id: i})
		total += read(i)
	}
	if total == 1 {
		os.Exit(1)
	}
	record.Write()
}
