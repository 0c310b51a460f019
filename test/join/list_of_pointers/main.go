// A list of pointers is filled by append and read by the caller: the elements are kept by the append.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type match struct {
	from, to int
	groups   [10]int
}

//go:noinline
func find(n int) []*match {
	var found []*match
	for i := 0; i < n; i++ {
		m := &match{from: i, to: i + 1}
		found = append(found, m) // cause: stored_in_container 82%; cause: slice_growth 18%
	}
	return found
}

//go:noinline
func total(n int) int {
	sum := 0
	for _, m := range find(n) {
		sum += m.to
	}
	return sum
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 400; i++ {
		sum += total(100)
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
