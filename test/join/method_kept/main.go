// An object that only its method value takes to the heap, for which the compiler has no "from" line.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type lexer struct {
	text string
	at   int
	seen [10]int
}

func (l *lexer) next() int {
	l.at++
	last = l
	return l.at
}

var (
	last  *lexer
	steps [64]func() int
)

//go:noinline
func tokens(text string) func() int {
	l := &lexer{text: text}
	return l.next
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 5000; i++ {
		steps[i&63] = tokens("abc") // cause: stored_in_global 95..100%
	}
	if last != nil {
		os.Exit(1)
	}
	record.Write()
}
