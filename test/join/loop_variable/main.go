// A pointer variable declared before the loop: what each iteration makes outlives the iteration.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type best struct {
	score int
	moves [15]int
}

//go:noinline
func search(n int) int {
	var top *best
	for i := 0; i < n; i++ {
		b := &best{score: i * 7 % 13}
		b.moves[0] = i
		if top == nil || b.score > top.score {
			top = b // cause: outlives_iteration 100%
		}
	}
	return top.score + top.moves[0]
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 300; i++ {
		sum += search(100)
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
