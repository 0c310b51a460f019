// One caller keeps the constructor's result, two let it die: the bytes are split by the callers.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type session struct {
	id   int
	data [23]int
}

var sessions = make([]*session, 128)

func newSession(id int) *session { // cause: constructor_not_inlined 75% text "exceeds budget 80"
	s := &session{id: id}
	for i := range s.data {
		switch {
		case i%2 == 0:
			s.data[i] = id * i
		case i%3 == 0:
			s.data[i] = id + i
		case i%5 == 0:
			s.data[i] = id - i
		case i%11 == 0:
			s.data[i] = 3*id + i
		case i%7 == 0:
			s.data[i] = id | i
		default:
			s.data[i] = id ^ i
		}
	}
	return s
}

//go:noinline
func login(id int) {
	s := newSession(id)
	sessions[id%len(sessions)] = s // cause: stored_in_global 25%
}

//go:noinline
func peek(id int) int {
	s := newSession(id)
	return s.data[3]
}

//go:noinline
func check(id int) bool {
	return newSession(id).id == 7
}

func main() {
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 10000; i++ {
		login(i)
		n += peek(i)
		n += peek(i + 1)
		if check(i) {
			n++
		}
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
