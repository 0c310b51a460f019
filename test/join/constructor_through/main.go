// The constructor's result passes through a second function that returns it, and dies after that.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type window struct {
	values [30]int
	sum    int
}

func newWindow(seed int) *window { // cause: constructor_not_inlined 100% text "exceeds budget 80"
	w := &window{}
	for i := range w.values {
		switch {
		case i%2 == 0:
			w.values[i] = seed * i
		case i%3 == 0:
			w.values[i] = seed + i
		case i%5 == 0:
			w.values[i] = seed - i
		case i%11 == 0:
			w.values[i] = 3*seed + i
		case i%7 == 0:
			w.values[i] = seed | i
		default:
			w.values[i] = seed ^ i
		}
	}
	return w
}

//go:noinline
func summed(seed int) *window {
	w := newWindow(seed)
	for _, v := range w.values {
		w.sum += v
	}
	return w
}

//go:noinline
func use(seed int) int {
	w := summed(seed)
	return w.sum + w.values[3]
}

func main() {
	runtime.MemProfileRate = 1
	total := 0
	for i := 0; i < 20000; i++ {
		total += use(i)
	}
	if total == 1 {
		os.Exit(1)
	}
	record.Write()
}
