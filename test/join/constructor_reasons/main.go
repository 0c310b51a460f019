// Constructors that are not inlined for different reasons; each dies in its caller.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type thing struct{ v [16]int }

func withRecover(n int) (t *thing) { // cause: constructor_not_inlined 25%
	defer func() { recover() }()
	t = &thing{}
	t.v[0] = n
	return t
}

func recursive(n int) *thing { // cause: constructor_not_inlined 25%
	if n > 100 {
		return recursive(n / 2)
	}
	t := &thing{}
	t.v[0] = n
	return t
}

//go:noinline
func pragma(n int) *thing { // cause: constructor_not_inlined 25% text "noinline"
	t := new(thing)
	t.v[0] = n
	return t
}

func withError(n int) (*thing, error) { // cause: constructor_not_inlined 25%
	if n < 0 {
		return nil, os.ErrInvalid
	}
	t := &thing{}
	for i := range t.v {
		t.v[i] = n * i
		switch {
		case n%3 == 1:
			t.v[i]++
		case n%5 == 1:
			t.v[i]--
		case n%7 == 1:
			t.v[i] = t.v[i/2] + t.v[i/3]
		case n%9 == 1:
			t.v[i] = t.v[i/4] + t.v[i/5]
		case n%11 == 1:
			t.v[i] = t.v[i/4] + t.v[i/6]
		}
	}
	return t, nil
}

//go:noinline
func use(n int) int {
	a := withRecover(n)
	b := recursive(n)
	c := pragma(n)
	e, err := withError(n)
	if err != nil {
		return 0
	}
	return a.v[0] + b.v[0] + c.v[0] + e.v[0]
}

func main() {
	runtime.MemProfileRate = 1
	t := 0
	for i := 0; i < 10000; i++ {
		t += use(i)
	}
	if t == 1 {
		os.Exit(1)
	}
	record.Write()
}
