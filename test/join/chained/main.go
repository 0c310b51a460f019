// Methods that return their receiver, called in a chain on what a constructor made.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type query struct {
	limit, offset int
	table         string
	parts         [12]int
}

//go:noinline
func from(table string) *query { // cause: constructor_not_inlined|returned_pointer 100%
	return &query{table: table}
}

//go:noinline
func (q *query) first(n int) *query {
	q.limit = n
	return q
}

//go:noinline
func (q *query) skip(n int) *query {
	q.offset = n
	return q
}

func (q *query) cost() int { return q.limit + q.offset + len(q.table) + q.parts[3] }

//go:noinline
func plan(n int) int {
	return from("orders").first(n).skip(n * 2).cost()
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 30000; i++ {
		sum += plan(i)
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
