// The runtime's own memory: descriptors of many goroutines that live at the same time. They are made on
// the system stack: a profile does not tell which go statement they belong to.
package main

import (
	"runtime"
	"sync"

	"join.test/record"
)

var gate = make(chan int)
var group sync.WaitGroup

func wait() {
	<-gate // cause: runtime 17.8%
	group.Done()
}

//go:noinline
func crowd(n int) {
	group.Add(n)
	for i := 0; i < n; i++ {
		go wait() // elsewhere: runtime 82%
	}
}

func main() {
	runtime.MemProfileRate = 1
	crowd(20000)
	close(gate)
	group.Wait()
	record.Write()
}
