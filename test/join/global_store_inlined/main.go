// The storing function is inlined into its callers; the store is still one cause.
package main

import (
	"runtime"

	"join.test/record"
)

type order struct {
	id    int
	lines [15]int64
}

var orders = make([]*order, 1024)

func keep(o *order) {
	orders[o.id%len(orders)] = o // cause: stored_in_global 100%
}

func fromShop(id int) {
	o := &order{id: id}
	o.lines[0] = int64(id)
	keep(o)
}

func fromPhone(id int) {
	var o order
	o.id = id
	keep(&o)
}

func fromFile(id int) {
	o := new(order)
	o.id = id
	keep(o)
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		fromShop(i)
		fromPhone(20000 + i)
		fromFile(40000 + i)
	}
	record.Write()
}
