// Handed to a function of the standard library that keeps it in what it was called on.
package main

import (
	"math/big"
	"runtime"

	"join.test/record"
)

var numbers [16]big.Int

//go:noinline
func set(n int) {
	words := make([]big.Word, 12)
	words[11] = big.Word(n)
	numbers[n&15].SetBits(words) // cause: parameter_leaks|stored_in_container|library_call 100%
}

func main() {
	runtime.MemProfileRate = 1
	for i := 1; i < 40000; i++ {
		set(i)
	}
	record.Write()
}
