// Passed to an interface method and to a function value: the compiler sees into neither.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type packet struct {
	n    int
	data [63]byte
}

type sink interface{ take(p *packet) int }

type counter struct{ n int }

func (c *counter) take(p *packet) int { c.n += p.n; return c.n }

type doubler struct{ n int }

func (d *doubler) take(p *packet) int { d.n += 2 * p.n; return d.n }

func choose() sink {
	if len(os.Args) > 5 {
		return &doubler{}
	}
	return &counter{}
}

//go:noinline
func feed(s sink, n int) int {
	p := packet{n: n}
	p.data[0] = byte(n)
	return s.take(&p) // cause: interface_or_unknown_call 50%
}

//go:noinline
func call(f func(p *packet) int, n int) int {
	p := &packet{n: n}
	p.data[1] = byte(n)
	return f(p) // cause: interface_or_unknown_call 50%
}

func main() {
	runtime.MemProfileRate = 1
	s := choose()
	total := 0
	for i := 0; i < 30000; i++ {
		total += feed(s, i)
		total += call(s.take, i)
	}
	if total == 1 {
		os.Exit(1)
	}
	record.Write()
}
