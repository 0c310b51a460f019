// A factory that returns an interface; the callers call its methods and drop it.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type codec interface{ encode(int) int }
type plain struct{ k [10]int }
type fancy struct{ k [30]int }

func (p *plain) encode(n int) int { return n + p.k[0] }
func (f *fancy) encode(n int) int { return n * f.k[1] }

//go:noinline
func newCodec(kind int) codec {
	if kind == 0 {
		return &plain{}
	}
	return &fancy{}
}

//go:noinline
func use(n int) int {
	return newCodec(n & 1).encode(n) // cause: interface_or_unknown_call 100%
}

func main() {
	runtime.MemProfileRate = 1
	t := 0
	for i := 0; i < 20000; i++ {
		t += use(i)
	}
	if t == 1 {
		os.Exit(1)
	}
	record.Write()
}
