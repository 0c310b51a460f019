// A generic constructor that is not inlined, used with two shapes, and its values die.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type box[T any] struct {
	values [12]T
	count  int
}

//go:noinline
func newBox[T any](first T) *box[T] { // cause: constructor_not_inlined 100% text "go:noinline"
	b := &box[T]{count: 1}
	b.values[0] = first
	return b
}

//go:noinline
func numbers(n int) int {
	b := newBox(n)
	return b.values[0] + b.count
}

//go:noinline
func words(s string) int {
	b := newBox(s)
	return len(b.values[0]) + b.count
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 15000; i++ {
		sum += numbers(i)
		sum += words("word")
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
