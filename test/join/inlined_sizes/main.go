// Buffers too large or of unknown size in a small function: inlined twice, one place to change.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

func large() []byte {
	return make([]byte, 100<<10) // cause: too_large 93.1%
}

func sized(n int) []byte {
	return make([]byte, n) // cause: size_not_constant 6.9%
}

//go:noinline
func first(n int) int {
	b := large()
	return len(b) + len(sized(n))
}

//go:noinline
func second(n int) int {
	b := large()
	c := sized(n)
	return cap(b) + cap(c)
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 200; i++ {
		sum += first(8000) + second(8000)
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
