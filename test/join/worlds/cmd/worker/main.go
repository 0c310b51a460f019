// Command worker: both commands have one file, of the same name.
package main

import (
	"os"
	"runtime"
	"runtime/pprof"
)

type task struct{ steps [21]int }

var tasks = make([]*task, 64)

//go:noinline
func work(id int) {
	t := new(task)
	t.steps[0] = id
	tasks[id&63] = t
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 10000; i++ {
		work(i)
	}
	runtime.GC()
	out, err := os.Create(os.Args[1])
	if err != nil {
		os.Exit(1)
	}
	pprof.Lookup("allocs").WriteTo(out, 0)
	out.Close()
}
