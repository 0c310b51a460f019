// A constructor that returns its value as an interface, and an error made where it is returned.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type store interface {
	get(n int) int
	set(n, value int)
}

type memory struct{ cells [16]int }

func (m *memory) get(n int) int    { return m.cells[n&15] }
func (m *memory) set(n, value int) { m.cells[n&15] = value }

//go:noinline
func open() store { // cause: constructor_not_inlined 67%
	return &memory{}
}

type fault struct {
	at   int
	text string
	more [5]int
}

func (f *fault) Error() string { return f.text }

//go:noinline
func check(n int) error { // cause: constructor_not_inlined 33%
	if n >= 0 {
		return &fault{at: n, text: "bad"}
	}
	return nil
}

//go:noinline
func run(n int) int {
	s := open()
	s.set(n, n)
	if err := check(n); err != nil {
		return s.get(n)
	}
	return 0
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 20000; i++ {
		sum += run(i)
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
