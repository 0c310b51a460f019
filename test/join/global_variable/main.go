// A plain global variable and a global slice keep what two functions make.
package main

import (
	"runtime"

	"join.test/record"
)

type report struct {
	name string
	rows [30]int
}

var last *report
var history = make([]*report, 0, 64)

//go:noinline
func remember(n int) {
	r := &report{name: "all"}
	r.rows[0] = n
	last = r // cause: stored_in_global 50%
}

//go:noinline
func archive(n int) {
	r := &report{name: "old"}
	r.rows[1] = n
	history = append(history[:n&31], r) // cause: stored_in_global 50%
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		remember(i)
		archive(i)
	}
	record.Write()
}
