// Slices grown by append: of values in a loop, into a struct's field, and of one slice to another.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type row struct{ id, a, b, c int }

type buffer struct{ bytes []byte }

//go:noinline
func collect(n int) int {
	var rows []row
	for i := 0; i < n; i++ {
		rows = append(rows, row{id: i}) // cause: slice_growth 30..60%
	}
	return rows[n-1].id
}

//go:noinline
func (b *buffer) write(text []byte) {
	b.bytes = append(b.bytes, text...) // cause: slice_growth 40..70%
}

func main() {
	text := []byte("a line of some words, as they come\n")
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 100; i++ {
		n += collect(1000)
		b := &buffer{}
		for k := 0; k < 1500; k++ {
			b.write(text)
		}
		n += len(b.bytes)
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
