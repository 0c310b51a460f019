// Maps that grow: one by assignment, one by counting, one filled by a literal in a loop.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

var stock = map[int]int{}

//go:noinline
func fill(to int) {
	for i := 0; i < to; i++ {
		stock[i] = i // cause: map_growth 25..65%
	}
}

//go:noinline
func count(words []int) int {
	seen := map[int]int{}
	for _, w := range words {
		seen[w]++ // cause: map_growth 35..75%
	}
	return len(seen)
}

func main() {
	words := make([]int, 1000)
	for i := range words {
		words[i] = i * 7
	}
	runtime.MemProfileRate = 1
	fill(100000)
	n := 0
	for i := 0; i < 100; i++ {
		n += count(words)
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
