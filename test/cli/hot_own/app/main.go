package main

import (
	"os"
	"runtime"
	"runtime/pprof"

	"example.com/app/keep"
	"example.com/lib"
	"example.com/replaced"
)

var (
	items  []*lib.Item
	rows   []*replaced.Row
	extras [][]byte
)

func main() {
	runtime.MemProfileRate = 1
	items, rows = make([]*lib.Item, 0, 10000), make([]*replaced.Row, 0, 10000)
	extras = make([][]byte, 0, 10000)
	for i := 0; i < 10000; i++ {
		items = append(items, lib.Make(i))
		rows = append(rows, replaced.Read(i))
		extras = append(extras, lib.Extra(128))
		keep.Number(i)
	}
	out, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	defer out.Close()
	runtime.GC() // what was sampled since the last collection is told from here on
	if err := pprof.Lookup("allocs").WriteTo(out, 0); err != nil {
		panic(err)
	}
}
