// range over func; iter.Seq that is not inlined; slices.Collect; maps.Keys.
package main

import (
	"iter"
	"maps"
	"os"
	"runtime"
	"slices"

	"join.test/record"
)

type tree struct {
	left, right *tree
	v           int
}

func (t *tree) all() iter.Seq[int] {
	return func(yield func(int) bool) { t.walk(yield) }
}

func (t *tree) walk(yield func(int) bool) bool {
	return t == nil || t.left.walk(yield) && yield(t.v) && t.right.walk(yield)
}

//go:noinline
func sum(t *tree) int {
	s := 0
	for v := range t.all() {
		s += v
	}
	return s
}

//go:noinline
func collect(t *tree) []int {
	return slices.Collect(t.all()) // cause: any 50..100%
}

//go:noinline
func keys(m map[int]string) []int {
	return slices.Sorted(maps.Keys(m)) // cause: any 5..50%
}

func main() {
	var t *tree
	for i := 0; i < 50; i++ {
		t = &tree{left: t, v: i}
	}
	m := map[int]string{1: "a", 2: "b", 3: "c"}
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 3000; i++ {
		n += sum(t)
		n += len(collect(t))
		n += len(keys(m))
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
