// A constructor in another package of the module: one caller keeps its value by that package's own
// register, the other lets it die.
package main

import (
	"os"
	"runtime"

	"join.test/other_package/shop"
	"join.test/record"
)

//go:noinline
func keep(n int) {
	p := shop.NewProduct(n)
	shop.Register(p)
}

//go:noinline
func price(n int) int {
	p := shop.NewProduct(n)
	return p.Price()
}

func main() {
	runtime.MemProfileRate = 1
	sum := 0
	for i := 0; i < 15000; i++ {
		keep(i)
		sum += price(i)
	}
	if sum == 1 {
		os.Exit(1)
	}
	record.Write()
}
