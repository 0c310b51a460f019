// Parameters that move to the heap, declared in a signature of several lines.
package main

import (
	"runtime"

	"join.test/record"
)

type config struct {
	limits [25]int
}

var current []*config

//go:noinline
func install(
	name string,
	c config,
	slot int,
) {
	c.limits[0] = len(name)
	current[slot&63] = &c // cause: stored_in_global 100%
}

func main() {
	current = make([]*config, 64)
	runtime.MemProfileRate = 1
	var c config
	for i := 0; i < 30000; i++ {
		install("a", c, i)
	}
	record.Write()
}
