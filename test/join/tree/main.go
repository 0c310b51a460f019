// A tree built by recursion and dropped: each node is put into its parent by the function that makes it.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type tree struct {
	left, right *tree
	value       [6]int
}

func grow(depth int) *tree {
	if depth == 0 {
		return nil
	}
	t := &tree{left: grow(depth - 1), right: grow(depth - 1)}
	t.value[0] = depth
	return t // cause: returned_pointer 100%
}

func (t *tree) count() int {
	if t == nil {
		return 0
	}
	return 1 + t.left.count() + t.right.count()
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 20; i++ {
		sum += grow(11).count()
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
