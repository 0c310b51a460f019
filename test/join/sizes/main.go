// Too large for the stack, and a size that is known only when it runs.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

//go:noinline
func large(n int) byte {
	buffer := make([]byte, 100_000) // cause: too_large 30.2%
	buffer[n] = 1
	return buffer[n/2]
}

//go:noinline
func variable(n int) int {
	var block [20_000]int // cause: too_large 46.5%
	block[n] = n
	return block[n/2] + block[n]
}

//go:noinline
func sized(n int) int {
	list := make([]int, n) // cause: size_not_constant 23.3%
	list[n-1] = n
	return list[n/2]
}

func main() {
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 100; i++ {
		n += int(large(i))
		n += variable(i)
		n += sized(10_000 + i)
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
