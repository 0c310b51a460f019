package shop

import "fmt"

type Order struct{ ID, Lines int }

var orders = map[int]*Order{}

func NewOrder(id int) *Order { return &Order{ID: id} }

func Add(id int) {
	o := NewOrder(id)
	orders[id] = o
}

func Describe(o Order) string { return fmt.Sprint(o.ID) }
