// Buffers made by a sync.Pool's New and never put back.
package main

import (
	"os"
	"runtime"
	"sync"

	"join.test/record"
)

type buffer struct {
	bytes []byte
}

var buffers = sync.Pool{
	New: func() any {
		return &buffer{bytes: make([]byte, 0, 512)} // cause: returned_pointer|stored_in_container 95..100%
	},
}

//go:noinline
func line(n int) int {
	b := buffers.Get().(*buffer)
	b.bytes = append(b.bytes[:0], "text"...)
	return len(b.bytes) + n
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 10000; i++ {
		sum += line(i)
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
