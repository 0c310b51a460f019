// A constructor with named results and several return statements, whose value dies in its caller.
package main

import (
	"errors"
	"os"
	"runtime"

	"join.test/record"
)

type frame struct {
	size  int
	words [18]int
}

var errOdd = errors.New("odd")

func parse(n int) (f *frame, err error) { // cause: constructor_not_inlined 100% text "exceeds budget 80"
	f = &frame{}
	if n < 0 {
		return nil, errOdd
	}
	for i := range f.words {
		switch {
		case i%2 == 0:
			f.words[i] = n * i
		case i%3 == 0:
			f.words[i] = n + i
		case i%5 == 0:
			f.words[i] = n - i
		case i%7 == 0:
			f.words[i] = 2*n - i
		case i%11 == 0:
			f.words[i] = 3*n + i
		default:
			f.words[i] = n ^ i
		}
	}
	f.size = n
	return
}

//go:noinline
func use(n int) int {
	f, err := parse(n)
	if err != nil {
		return 0
	}
	return f.size + f.words[2]
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 20000; i++ {
		sum += use(i)
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
