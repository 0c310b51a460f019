// Package forms provokes each form of gc's messages once. Its text under several versions of Go lies
// beside it; scripts in the comments of test_golden.c say how it was made.
package forms

import (
	"strconv"
	"unsafe"

	"example.com/forms/lib"
)

type Order struct {
	ID    int
	Items []string
	Next  *Order
	buf   []byte
	arr   *[4]int
}

type Shape interface{ Area() int }

type square struct{ side int }

func (s square) Area() int { return s.side * s.side }

var (
	orders = map[int]*Order{}
	list   []*Order
	keep   any
	pipe   = make(chan *Order, 4)
	hook   func() int
	text   string
	bytes  []byte
	sizes  []int
)

func newOrder(id int) *Order { return &Order{ID: id} }

//go:noinline
func newBig(id int) *Order {
	order := &Order{ID: id}
	for i := 0; i < id; i++ {
		order.Items = append(order.Items, strconv.Itoa(i))
	}
	return order
}

//go:noinline
func moved(n int) {
	var local Order
	local.ID = n
	pipe <- &local
	count := 0
	hook = func() int { count++; return count }
}

//go:noinline
func leaks(store *Order, content **Order, result *Order) *Order {
	keep = store
	keep = *content
	return result
}

//go:noinline
func reads(order *Order, shape Shape) int { return order.ID + shape.Area() }

//go:noinline
func makes(n int) int {
	variable := make([]int, n)
	large := make([]byte, 1<<20)
	constant := make([]int, 4)
	table := make(map[string]int)
	table["x"] = n
	sizes = []int{n, n + 1}
	keep = n
	keep = large
	return len(variable) + len(constant) + len(table)
}

//go:noinline
func strings(name string, raw []byte) int {
	text = "<" + name + ">"
	copied := []byte(name)
	bytes = []byte(name)
	text = string(raw)
	return len(copied)
}

//go:noinline
func closures(n int) func() int {
	add := func(k int) int { return n + k }
	go func() { println(add(n)) }()
	for i := 0; i < n; i++ {
		defer func() { println(n) }()
	}
	value := square{n}
	return value.Area
}

func devirtualized(n int) int {
	var shape Shape = square{n}
	return shape.Area()
}

//go:noinline
func (o *Order) trim(n int) {
	o.buf = o.buf[n:]
}

//go:noinline
func address(p uintptr) unsafe.Pointer { return unsafe.Pointer(p) }

func stack[T any](items []T, item T) *[]T {
	items = append(items, item)
	return &items
}

func uses() {
	keep = stack([]int{1}, 2)
	keep = stack([]string{"a"}, "b")
	list = append(list, newOrder(1), newBig(2))
	orders[3] = &Order{Next: newBig(4)}
	keep = lib.Wrap(lib.Box[int]{Value: 5})
	keep = devirtualized(6)
}

func even(n int) bool {
	if n == 0 {
		return true
	}
	return odd(n - 1)
}

func odd(n int) bool {
	if n == 0 {
		return false
	}
	return even(n - 1)
}

//go:noinline
func array(o *Order) *int { return &o.arr[2] }

//go:noinline
func swaps(o *Order) {
	for i := range o.Items {
		o.Items[i], o.Items[0] = o.Items[0], o.Items[i]
	}
}

//go:noinline
func switches(v any) *Order {
	switch x := v.(type) {
	case *Order:
		return x
	case Order:
		return &x
	}
	if order, ok := v.(*Order); ok {
		return order
	}
	return nil
}
