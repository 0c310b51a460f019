// The constructor is small enough, but a pragma keeps it from being inlined.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type vector struct{ x, y, z, w float64 }

//go:noinline
func newVector(x float64) *vector { // cause: constructor_not_inlined 100% text "go:noinline"
	return &vector{x: x, y: 1}
}

func (v *vector) norm() float64 { return v.x*v.x + v.y*v.y + v.z*v.z + v.w*v.w }

//go:noinline
func length(x float64) float64 {
	v := newVector(x)
	return v.norm()
}

func main() {
	runtime.MemProfileRate = 1
	total := 0.0
	for i := 0; i < 50000; i++ {
		total += length(float64(i))
	}
	if total == 1 {
		os.Exit(1)
	}
	record.Write()
}
