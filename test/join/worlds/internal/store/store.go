// Package store keeps orders in a global.
package store

// Order is what is kept.
type Order struct {
	ID    int
	lines [11]int64
}

var orders = make([]*Order, 256)

// Put keeps an order.
//
//go:noinline
func Put(o *Order) {
	orders[o.ID&255] = o
}
