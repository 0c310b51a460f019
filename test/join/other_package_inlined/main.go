// Two functions store through a function of another package that is inlined into them.
package main

import (
	"runtime"

	"join.test/other_package_inlined/queue"
	"join.test/record"
)

//go:noinline
func early(n int) {
	j := &queue.Job{Number: n}
	queue.Keep(j)
}

//go:noinline
func late(n int) {
	queue.Keep(&queue.Job{Number: n + 1})
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 15000; i++ {
		early(i)
		late(i)
	}
	record.Write()
}
