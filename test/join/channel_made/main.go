// A channel for each question.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

//go:noinline
func ask(n int) int {
	answer := make(chan int, 8) // cause: channel_made 100%
	answer <- n
	return <-answer
}

func main() {
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 30000; i++ {
		n += ask(i)
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
