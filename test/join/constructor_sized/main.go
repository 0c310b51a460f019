// Functions that return slices, which die in the caller: inlining them would not help, for the size is
// known only when it runs, or too large.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

//go:noinline
func squares(n int) []int {
	list := make([]int, n) // cause: size_not_constant 44.3%
	for i := range list {
		list[i] = i * i
	}
	return list
}

//go:noinline
func page() []byte {
	return make([]byte, 70_000) // cause: too_large 44.6%
}

//go:noinline
func small() *[256]int { // cause: constructor_not_inlined 11.1%
	return new([256]int)
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 1000; i++ {
		sum += squares(1000 + i%10)[i%7]
		if i%9 == 0 {
			sum += int(page()[i%100])
		}
		sum += small()[i%256]
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
