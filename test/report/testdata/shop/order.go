// Package order is source for the tests of the report: its lines are quoted there by their text.
package order

import (
	"encoding/json"
	"fmt"
	"sync"
)

// Item is one position of an order.
type Item struct {
	SKU      string
	Quantity int
	Cents    int64
}

// Order is an accepted order.
type Order struct {
	ID       string
	Customer string
	Items    []*Item
	Notes    []string
	Total    int64
	Raw      []byte
}

var (
	mu     sync.RWMutex
	orders = map[string]*Order{}
)

// Parse reads a request and makes an order of it.
func Parse(raw []byte) (*Order, error) {
	req := &request{}
	if err := json.Unmarshal(raw, req); err != nil {
		return nil, fmt.Errorf("order: not understood: %w", err)
	}
	if req.ID == "" {
		return nil, fmt.Errorf("order %q of %s: no id", req.ID, req.Customer)
	}
	return fromRequest(req, raw), nil
}

func fromRequest(req *request, raw []byte) *Order {
	o := &Order{
		ID:       req.ID,
		Customer: req.Customer,
		Raw:      append([]byte(nil), raw...),
	}
	for _, item := range req.Items {
		o.Items = append(o.Items, newItem(item.SKU, item.Quantity, item.Cents))
	}
	for _, note := range req.Notes {
		o.Notes = append(o.Notes, "note: "+note)
	}
	q := newQuote(o.Items, req.Region)
	o.Total = q.total
	return o
}

func newItem(sku string, quantity int, cents int64) *Item {
	return &Item{SKU: sku, Quantity: quantity, Cents: cents}
}

// Save keeps an order.
func Save(o *Order) {
	mu.Lock()
	defer mu.Unlock()
	orders[o.ID] = o
}

// Find returns the order of that number.
func Find(id string) (*Order, error) {
	mu.RLock()
	defer mu.RUnlock()
	o, ok := orders[id]
	if !ok {
		return nil, fmt.Errorf("order %s: not found", id)
	}
	return o, nil
}

// Range returns the orders numbered first, first+1, ... that exist.
func Range(first, count int) []*Order {
	var found []*Order
	for n := first; n < first+count; n++ {
		o, err := Find(fmt.Sprintf("o-%d", n))
		if err == nil {
			found = append(found, o)
		}
	}
	return found
}
