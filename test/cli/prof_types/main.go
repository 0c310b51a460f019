// Allocates known numbers of objects of known types, each of them seen by the profile.
package main

import (
	"os"
	"runtime"
	"runtime/pprof"
)

type point struct{ x, y, z int64 }

type pair struct{ a, b *point }

type node struct {
	next *node
	body [592]byte
}

var (
	points []*point
	nodes  *node
	rows   [][]int32
	names  []string
	pairs  []*pair
)

func build(n int) {
	points = make([]*point, n)
	for i := range points {
		points[i] = &point{x: int64(i)}
	}
	for i := 0; i < n/2; i++ {
		nodes = &node{next: nodes}
	}
	rows = make([][]int32, n)
	for i := range rows {
		rows[i] = make([]int32, 100)
	}
}

func label(text string, n int) {
	for i := 0; i < n; i++ {
		name := text + ", and so on until it is long enough"
		names = append(names, name)
	}
}

// Two types on one line, of which one may have any size: both are named.
func couple(n int) {
	for i := 0; i < n; i++ {
		pairs = append(pairs, &pair{a: points[i]})
	}
}

func main() {
	runtime.MemProfileRate = 1
	build(1000)
	label(os.Args[0], 300)
	couple(200)
	runtime.MemProfileRate = 0
	file, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	runtime.GC()
	if err := pprof.WriteHeapProfile(file); err != nil {
		panic(err)
	}
}
