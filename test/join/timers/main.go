// Timers made in a loop, and a context for each round.
package main

import (
	"context"
	"os"
	"runtime"
	"time"

	"join.test/record"
)

//go:noinline
func wait(c chan int) int {
	select {
	case n := <-c:
		return n
	case <-time.After(time.Hour): // cause: library_call|channel_made|runtime 20..60%
		return 0
	}
}

//go:noinline
func bound(parent context.Context) bool {
	ctx, cancel := context.WithTimeout(parent, time.Hour) // cause: library_call|returned_pointer|captured_by_closure 40..80%
	defer cancel()
	return ctx.Err() == nil
}

func main() {
	c := make(chan int, 1)
	parent := context.Background()
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 5000; i++ {
		c <- i
		sum += wait(c)
		if bound(parent) {
			sum++
		}
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
