// Prints what a heap profile of this Go shows for objects of chosen sizes: "size pointers profiled",
// measured at MemProfileRate 1. The sizes lie around every size class.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
)

var bytes []byte
var pointed []*byte

//go:noinline
func allocate(size int, pointers bool) {
	if pointers {
		pointed = make([]*byte, size/8)
	} else {
		bytes = make([]byte, size)
	}
}

// By size of the sampled object: how many objects allocate and its callees have allocated so far.
func objects() map[int64]int64 {
	for range 3 {
		runtime.GC() // the profile lags behind by up to two cycles
	}
	records := make([]runtime.MemProfileRecord, 20000)
	n, _ := runtime.MemProfile(records, true)
	counts := map[int64]int64{}
	for _, record := range records[:n] {
		for _, pc := range record.Stack() {
			if f := runtime.FuncForPC(pc); f != nil && f.Name() == "main.allocate" {
				counts[record.AllocBytes/record.AllocObjects] += record.AllocObjects
				break
			}
		}
	}
	return counts
}

func main() {
	runtime.MemProfileRate = 1
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	type key struct {
		size     int
		pointers bool
	}
	var keys []key
	for size := 8; size < 40000; size += max(8, size/16/8*8) {
		keys = append(keys, key{size, false}, key{size, true}, key{size + 1, false})
	}
	const times = 7
	before := objects()
	for _, k := range keys {
		for range times {
			allocate(k.size, k.pointers)
		}
		after := objects()
		for size, count := range after {
			grown := count - before[size]
			// Objects below 16 bytes share blocks.
			if grown == times || (k.size < 16 && !k.pointers && grown > 0) {
				fmt.Fprintln(out, k.size, k.pointers, size)
			}
		}
		before = after
	}
}
