// Package model has the values.
package model

// Item is one.
type Item struct {
	ID   int
	Data [20]int64
}

// New is not inlined.
//
//go:noinline
func New(id int) *Item { // cause: constructor_not_inlined 50%
	return &Item{ID: id}
}
