// Pointers stored in a struct field, a slice element and a map that the caller owns.
package main

import (
	"runtime"

	"join.test/record"
)

type node struct {
	next *node
	data [14]int64
}

type list struct {
	head  *node
	slots []*node
	byKey map[int]*node
}

//go:noinline
func (l *list) push(n int) {
	e := &node{next: l.head}
	e.data[0] = int64(n)
	l.head = e // cause: stored_in_container 33.3%
}

//go:noinline
func (l *list) put(i int) {
	e := &node{}
	e.data[1] = int64(i)
	l.slots[i%len(l.slots)] = e // cause: stored_in_container 33.3%
}

//go:noinline
func (l *list) index(key int) {
	e := &node{}
	e.data[2] = int64(key)
	l.byKey[key%64] = e // cause: stored_in_container 33.3%
}

func main() {
	l := &list{slots: make([]*node, 64), byKey: make(map[int]*node, 128)}
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		l.push(i)
		l.put(i)
		l.index(i)
	}
	record.Write()
}
