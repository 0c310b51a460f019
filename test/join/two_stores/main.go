// One function stores two kinds of values in one global, another one stores the same kind elsewhere:
// the causes are the stores, each with all that goes through it.
package main

import (
	"runtime"

	"join.test/record"
)

type shape interface{ area() int }

type square struct{ side, a, b, c int }
type circle struct {
	radius int
	points [11]int
}

func (s *square) area() int { return s.side * s.side }
func (c *circle) area() int { return 3 * c.radius * c.radius }

var shapes = make([]shape, 256)
var circles = make([]*circle, 256)

//go:noinline
func add(i int, s shape) {
	shapes[i&255] = s // cause: stored_in_global 57.1%
}

//go:noinline
func draw(i int) {
	add(i, &square{side: i})
	add(i, &circle{radius: i})
}

//go:noinline
func special(i int) {
	c := &circle{radius: i}
	circles[i&255] = c // cause: stored_in_global 42.9%
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		draw(i)
		special(i)
	}
	record.Write()
}
