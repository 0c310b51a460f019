// capture_program FILE [RATE]: allocates, writes its own heap profile to FILE, says so, and waits for
// the end of its standard input, so that the same profile can be read from outside.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
)

type node struct {
	next *node
	name string
}

var kept *node
var table = map[string][]byte{}

func small(i int) *node { return &node{name: fmt.Sprint("n", i)} }

func recurse(n int) int {
	if n == 0 {
		b := make([]byte, 700)
		table[fmt.Sprint(len(table))] = b
		return len(b)
	}
	return recurse(n-1) + 1
}

func work(n int) {
	for i := 0; i < n; i++ {
		x := small(i)
		if i%3 == 0 {
			x.next, kept = kept, x
		}
		b, _ := json.Marshal(map[string]int{"a": i})
		table[string(b)] = b
		_ = strings.Repeat("x", i%2000)
		recurse(i % 150)
	}
}

func main() {
	if len(os.Args) > 2 {
		runtime.MemProfileRate, _ = strconv.Atoi(os.Args[2])
	}
	debug.SetGCPercent(-1) // collections only where they are asked for
	work(2000)
	pprof.Lookup("heap").WriteTo(io.Discard, 0)
	runtime.GC()
	runtime.GC()
	work(500)
	runtime.GC()
	work(100)
	file, err := os.Create(os.Args[1])
	if err == nil {
		err = pprof.Lookup("heap").WriteTo(file, 0)
	}
	if err != nil {
		panic(err)
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}
