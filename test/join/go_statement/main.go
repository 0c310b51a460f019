// Goroutines started in a loop: the closure of the go statement, and what it captures by reference.
package main

import (
	"runtime"
	"sync"

	"join.test/record"
)

type job struct {
	input  [20]int
	output int
}

func run(jobs []job, group *sync.WaitGroup) {
	for i := range jobs {
		group.Add(1)
		j, k, scale := &jobs[i], i*3, i+1
		go func() { // cause: go_or_defer 97.6%; elsewhere: runtime 2.3%
			j.output = j.input[0]*scale + k
			group.Done()
		}()
	}
	group.Wait()
}

func main() {
	jobs := make([]job, 50)
	var group sync.WaitGroup
	runtime.MemProfileRate = 1
	for round := 0; round < 1000; round++ {
		run(jobs, &group)
	}
	record.Write()
}
