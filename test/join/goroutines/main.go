// The runtime's own memory: descriptors of many goroutines that live at the same time. They are made on
// the system stack, which no profile ties to a go statement. How many wait depends on the scheduler.
package main

import (
	"runtime"
	"sync"

	"join.test/record"
)

var gate = make(chan int)
var group sync.WaitGroup

func wait() {
	<-gate // cause: runtime 2..25%
	group.Done()
}

//go:noinline
func crowd(n int) {
	group.Add(n)
	for i := 0; i < n; i++ {
		go wait() // elsewhere: runtime 75..98%
	}
}

func main() {
	runtime.MemProfileRate = 1
	crowd(20000)
	close(gate)
	group.Wait()
	record.Write()
}
