// Ten values through one fmt.Errorf: one cause, at the call.
package main

import (
	"fmt"
	"runtime"

	"join.test/record"
)

type reading struct {
	a, b, c, d int64
	e, f       float64
	g, h       string
	i, j       [4]int64
}

//go:noinline
func describe(r *reading) error {
	return fmt.Errorf("bad reading %d %d %d %d %g %g %s %s %v %v", // cause: converted_to_interface 100%
		r.a, r.b, r.c, r.d, r.e, r.f, r.g, r.h, r.i, r.j)
}

func main() {
	runtime.MemProfileRate = 1
	r := &reading{a: 1000, b: 2000, c: 3000, d: 4000, e: 1.5, f: 2.5, g: "left", h: "right"}
	n := 0
	for i := 0; i < 10000; i++ {
		r.a++
		if err := describe(r); err != nil {
			n++
		}
	}
	record.Write()
}
