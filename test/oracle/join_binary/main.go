// A program that allocates what its comments say, and writes its heap
// profile: "heap N TYPE" gives the objects of one type on a line (alike: sizes do not tell them
// apart), "elided" a verdict without a call.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
)

const rounds = 1000

type apple struct {
	weight [5]int64 // 40 bytes: 48 on the heap
	next   *apple
}

type berry struct {
	name string // 24 bytes with next
	next *berry
}

type cherry struct{ a, b int64 } // 16 bytes, as berry's name is

type damson struct{ c, d int64 }

type header map[string][]string

var (
	apples   *apple
	berries  *berry
	cherries *cherry
	damsons  *damson
	sink     any
	other    any
	text     string
	bytes    []byte
	calls    func() int
	headers  header
	numbers  []int64
)

//go:noinline
func pair() {
	apples, berries = &apple{}, &berry{} // heap 1000 main.apple, heap 1000 main.berry
}

//go:noinline
func twins() {
	cherries, damsons = &cherry{1, 2}, &damson{3, 4} // alike: heap 1000 main.cherry, heap 1000 main.damson
}

//go:noinline
func boxes(c [3]int64, s string) {
	sink, other = c, s // heap 1000 [3]int64, heap 1000 string
}

//go:noinline
func constants() {
	sink, other = "a constant", 12345 // elided
}

//go:noinline
func closures(n int) {
	calls = func() int { return n } // heap 1000 struct { F uintptr; X0 int }
}

//go:noinline
func plain() {
	calls = func() int { return 7 } // elided
}

//go:noinline
func maps(n int) {
	headers, numbers = make(header, n), make([]int64, n) // alike: heap 1000 []int64
}

func newApple() *apple {
	return &apple{} // heap 2000 main.apple
}

//go:noinline
func inlined() {
	apples = newApple()
	apples.next = newApple()
}

//go:noinline
func generic[T any](value T) any {
	p := new(T) // heap 1000 new
	*p = value
	return p
}

func main() {
	out := flag.String("o", "heap.pb.gz", "where the profile goes")
	flag.Parse()
	runtime.MemProfileRate = 1
	for i := 0; i < rounds; i++ {
		pair()
		twins()
		boxes([3]int64{int64(i)}, fmt.Sprint(i))
		constants()
		closures(i)
		plain()
		maps(20)
		inlined()
		sink = generic(berry{})
	}
	file, err := os.Create(*out)
	if err != nil {
		panic(err)
	}
	runtime.GC()
	if err := pprof.Lookup("heap").WriteTo(file, 0); err != nil {
		panic(err)
	}
	file.Close()
}
