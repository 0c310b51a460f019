// Command server: both commands have one file, of the same name.
package main

import (
	"os"
	"runtime"
	"runtime/pprof"

	"example.com/world/internal/store"
	"example.org/dep/keep"
)

var ring keep.Ring

//go:noinline
func handle(id int) {
	o := &store.Order{ID: id}
	store.Put(o)
	ring.Add(id)
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 10000; i++ {
		handle(i)
	}
	runtime.GC()
	out, err := os.Create(os.Args[1])
	if err != nil {
		os.Exit(1)
	}
	pprof.Lookup("allocs").WriteTo(out, 0)
	out.Close()
}
