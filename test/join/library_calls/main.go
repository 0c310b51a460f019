// Standard library calls that return new strings and slices.
package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"join.test/record"
)

//go:noinline
func fields(line string) int {
	return len(strings.Split(line, ",")) // cause: library_call|size_not_constant 50..75%
}

//go:noinline
func upper(word string) int {
	return len(strings.ToUpper(word)) // cause: library_call|slice_growth|string_building 15..35%
}

//go:noinline
func number(n int) int {
	return len(strconv.Itoa(n)) // cause: library_call|string_building 3..15%
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 20000; i++ {
		sum += fields("one,two,three,four,five,six,seven,eight")
		sum += upper("sixty-four letters in lower case that are turned to upper case")
		sum += number(1000000 + i)
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
