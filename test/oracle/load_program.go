// load_program: keeps three lists alive and, for each line it gets, allocates in two functions what
// dies at once, then collects twice and answers "done". WITHOUT=b leaves out what waste makes,
// WITHOUT=c what keepC holds: the same program with one cause taken out.
// It runs on one processor and yields it after each object: the collector's worker then has it as soon
// as a cycle begins, and cycles end where they should however busy the machine is.
// Everything is of 16 kB and sampled once in 512 bytes, so that the profile is exact.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
)

const (
	size   = 16 << 10
	rounds = 6000 // of six objects: 600 MB
)

type node struct {
	next *node
	body []byte
}

var (
	kept, keptC *node
	sink        []byte
	without     = os.Getenv("WITHOUT")
)

func keep(n int) {
	for i := 0; i < n; i++ {
		kept = &node{kept, make([]byte, size)}
	}
}

func keepC(n int) {
	for i := 0; i < n; i++ {
		keptC = &node{keptC, make([]byte, size)} // C
	}
}

func work() {
	sink = make([]byte, size)
	runtime.Gosched()
}

func waste() {
	sink = make([]byte, size) // B
	runtime.Gosched()
}

func main() {
	runtime.MemProfileRate = 512
	runtime.GOMAXPROCS(1)
	keep(700)
	if without != "c" {
		keepC(800)
	}
	fmt.Println("ready")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		for i := 0; i < rounds; i++ {
			work()
			for k := 0; k < 5 && without != "b"; k++ {
				waste()
			}
		}
		sink = nil
		runtime.GC()
		runtime.GC()
		fmt.Println("done")
	}
}
