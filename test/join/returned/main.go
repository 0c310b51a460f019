// Returned pointers whose callers keep them in more than one way: what all ways share is the return.
package main

import (
	"runtime"

	"join.test/record"
)

type account struct {
	id    int
	moves [19]int
}

var byID = make([]*account, 64)
var byAge []*account

//go:noinline
func open(id int) *account {
	a := new(account)
	a.id = id
	return a // cause: returned_pointer 100%
}

//go:noinline
func register(id int) {
	a := open(id)
	byID[id&63] = a
	byAge[id&63] = a
}

//go:noinline
func restore(id int) {
	a := open(id)
	byAge[id&31] = a
	byID[id&31] = a
}

func main() {
	byAge = make([]*account, 64)
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		register(i)
		restore(i)
	}
	record.Write()
}
