package main

import "fmt"

type Order struct{ ID, Units int }

var orders []*Order

func add(id int) { orders = append(orders, &Order{ID: id}) }

func main() {
	add(1)
	fmt.Println(len(orders))
}
