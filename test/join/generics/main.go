// Generic code: a constructor and a container used with two shapes.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type cell[T any] struct {
	value T
	pad   [10]int
	next  *cell[T]
}

type stack[T any] struct {
	top  *cell[T]
	size int
}

//go:noinline
func (s *stack[T]) push(value T) {
	c := &cell[T]{value: value, next: s.top}
	s.top = c // cause: stored_in_container 100%
	s.size++
}

func (s *stack[T]) pop() T {
	c := s.top
	s.top = c.next
	return c.value
}

func main() {
	runtime.MemProfileRate = 1
	var numbers stack[int]
	var names stack[string]
	for i := 0; i < 20000; i++ {
		numbers.push(i)
		names.push("x")
	}
	if numbers.pop() == 1 || names.pop() == "" {
		os.Exit(1)
	}
	record.Write()
}
