// A method value that is kept, and one that is passed to a function that does not keep it.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type counter struct{ n int }

func (c *counter) add(d int) { c.n += d }

type button struct{ onClick func(int) }

//go:noinline
func bind(b *button, c *counter) {
	b.onClick = c.add // cause: stored_in_container 100%
}

//go:noinline
func apply(f func(int)) { f(1) }

//go:noinline
func local(c *counter) {
	apply(c.add)
}

func main() {
	b := &button{}
	c := &counter{}
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		bind(b, c)
		local(c)
		b.onClick(1)
	}
	if c.n == 1 {
		os.Exit(1)
	}
	record.Write()
}
