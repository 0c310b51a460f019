// Slices in a map, grown by append in an assignment to the map's element.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

//go:noinline
func group(n int) int {
	byKey := make(map[int][]int, 64) // cause: map_growth 13.2%
	for i := 0; i < n; i++ {
		byKey[i%64] = append(byKey[i%64], i) // cause: slice_growth 70..95%
	}
	return len(byKey[3])
}

//go:noinline
func count(n int) int {
	return group(n)
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 100; i++ {
		sum += count(2000)
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
