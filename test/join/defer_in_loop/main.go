// defer in a loop: each round has a record on the heap, and a closure.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type lock struct{ held int }

func (l *lock) unlock(by int) { l.held -= by }

//go:noinline
func all(locks []lock) {
	for i := range locks {
		l := &locks[i]
		l.held += i
		defer l.unlock(i) // cause: go_or_defer 100%
	}
}

func main() {
	locks := make([]lock, 500)
	runtime.MemProfileRate = 1
	for i := 0; i < 100; i++ {
		all(locks)
	}
	if locks[0].held == 1 {
		os.Exit(1)
	}
	record.Write()
}
