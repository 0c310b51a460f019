// A very small program with one heap allocation of each of a few kinds, for torture tests: every
// further byte of input is another run of the program.
package main

import (
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
)

type order struct {
	id   int
	name string
}

var orders = map[string]*order{}

func store(id int) {
	name := "order " + strconv.Itoa(id)
	orders[name] = &order{id, name}
}

func names() (all []string) {
	for name := range orders {
		all = append(all, name)
	}
	return all
}

func main() {
	runtime.MemProfileRate = 1
	for id := 0; id < 50; id++ {
		store(id)
	}
	all := names()
	runtime.GC()
	pprof.Lookup("heap").WriteTo(os.Stdout, 0)
	runtime.KeepAlive(all)
}
