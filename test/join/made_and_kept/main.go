// Three packages: made in one, kept by another.
package main

import (
	"os"
	"runtime"

	"join.test/made_and_kept/internal/model"
	"join.test/made_and_kept/internal/store"
	"join.test/record"
)

//go:noinline
func save(s *store.Store, n int) {
	it := model.New(n)
	s.Put(it)
}

//go:noinline
func peek(n int) int {
	it := model.New(n)
	return it.ID
}

func main() {
	s := store.New()
	runtime.MemProfileRate = 1
	t := 0
	for i := 0; i < 20000; i++ {
		save(s, i)
		t += peek(i)
	}
	if t == 1 {
		os.Exit(1)
	}
	record.Write()
}
