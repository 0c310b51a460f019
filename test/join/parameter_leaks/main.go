// Passed to functions of the standard library that keep it.
package main

import (
	"container/list"
	"runtime"
	"sync"

	"join.test/record"
)

type entry struct {
	key  int
	data [27]int
}

var queue = list.New()
var pool sync.Map

//go:noinline
func enqueue(n int) {
	e := &entry{key: n}
	e.data[0] = n
	queue.PushBack(e) // cause: stored_in_container|parameter_leaks|library_call 100%
	if queue.Len() > 64 {
		queue.Remove(queue.Front())
	}
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 30000; i++ {
		enqueue(i)
	}
	record.Write()
}
