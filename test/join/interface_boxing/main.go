// Values boxed in interfaces: kept in a global slice of any, passed to a variadic function, returned
// as an error.
package main

import (
	"runtime"

	"join.test/record"
)

type point struct{ x, y, z, w int64 }

type failure struct {
	code int
	info [7]int64
}

func (f failure) Error() string { return "failure" }

var bag = make([]any, 1024)

//go:noinline
func keepPoint(i int, p point) {
	bag[i%len(bag)] = p // cause: converted_to_interface|stored_in_global 33.3%
}

//go:noinline
func fail(i int) error {
	f := failure{code: i}
	f.info[0] = int64(i)
	return f // cause: converted_to_interface|returned_pointer 66.6%
}

func main() {
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 40000; i++ {
		keepPoint(i, point{int64(i), 2, 3, 4})
		if err := fail(i); err.Error() == "" {
			n++
		}
	}
	record.Write()
}
