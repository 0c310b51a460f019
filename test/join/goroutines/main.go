// The runtime's own memory: descriptors of many goroutines that live at the same time.
package main

import (
	"runtime"
	"sync"

	"join.test/record"
)

var gate = make(chan int)
var group sync.WaitGroup

func wait() {
	<-gate
	group.Done()
}

//go:noinline
func crowd(n int) {
	group.Add(n)
	for i := 0; i < n; i++ {
		go wait() // cause: go_or_defer|runtime 60..100%
	}
}

func main() {
	runtime.MemProfileRate = 1
	crowd(20000)
	close(gate)
	group.Wait()
	record.Write()
}
