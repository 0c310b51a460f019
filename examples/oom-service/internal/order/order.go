// Package order holds the orders of the shop.
package order

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"sync"
)

// Item is one position of an order.
type Item struct {
	SKU      string `json:"sku"`
	Name     string `json:"name"`
	Quantity int    `json:"quantity"`
	Cents    int64  `json:"cents"`
}

// Request is an order as a customer sends it.
type Request struct {
	ID       string   `json:"id"`
	Customer string   `json:"customer"`
	Region   string   `json:"region"`
	Placed   string   `json:"placed"`
	Items    []Item   `json:"items"`
	Notes    []string `json:"notes"`
}

// Order is an accepted order.
type Order struct {
	ID       string   `json:"id"`
	Customer string   `json:"customer"`
	Region   string   `json:"region"`
	Placed   string   `json:"placed"`
	Items    []*Item  `json:"items"`
	Notes    []string `json:"notes"`
	Net      int64    `json:"net"`
	Tax      int64    `json:"tax"`
	Shipping int64    `json:"shipping"`
	Total    int64    `json:"total"`
	Checksum string   `json:"checksum"`

	// Raw is what the customer sent, kept for questions of the support desk.
	Raw []byte `json:"-"`
}

// FieldError says which field of a request cannot be accepted.
type FieldError struct {
	Order  string
	Field  string
	Reason string
}

func (e FieldError) Error() string {
	return fmt.Sprintf("order %s: %s: %s", e.Order, e.Field, e.Reason)
}

var (
	mu     sync.RWMutex
	orders = map[string]*Order{}
)

// Parse reads a request and makes an order of it.
func Parse(raw []byte) (*Order, error) {
	req := &Request{}
	if err := json.Unmarshal(raw, req); err != nil {
		return nil, fmt.Errorf("order: not understood: %w", err)
	}
	if err := validate(req); err != nil {
		return nil, err
	}
	return fromRequest(req, raw), nil
}

func validate(req *Request) error {
	if req.ID == "" {
		return FieldError{Order: "?", Field: "id", Reason: "is missing"}
	}
	if len(req.Items) == 0 {
		return FieldError{Order: req.ID, Field: "items", Reason: "are missing"}
	}
	for i, item := range req.Items {
		if item.Quantity <= 0 {
			return FieldError{
				Order:  req.ID,
				Field:  fmt.Sprintf("items[%d].quantity", i),
				Reason: fmt.Sprintf("%d is not a quantity", item.Quantity),
			}
		}
		if item.Cents < 0 {
			return FieldError{
				Order:  req.ID,
				Field:  fmt.Sprintf("items[%d].cents", i),
				Reason: fmt.Sprintf("%d is not a price", item.Cents),
			}
		}
	}
	return nil
}

func fromRequest(req *Request, raw []byte) *Order {
	o := &Order{
		ID:       req.ID,
		Customer: req.Customer,
		Region:   req.Region,
		Placed:   req.Placed,
		Raw:      raw,
	}
	for _, item := range req.Items {
		o.Items = append(o.Items, newItem(item.SKU, item.Name, item.Quantity, item.Cents))
	}
	for _, note := range req.Notes {
		o.Notes = append(o.Notes, "note: "+note)
	}
	q := newQuote(o.Items, o.Region)
	o.Net, o.Tax, o.Shipping, o.Total = q.net, q.tax, q.shipping, q.total
	o.Checksum = checksum(raw)
	return o
}

func newItem(sku, name string, quantity int, cents int64) *Item {
	return &Item{SKU: sku, Name: name, Quantity: quantity, Cents: cents}
}

func checksum(raw []byte) string {
	h := fnv.New64a()
	h.Write(raw)
	return fmt.Sprintf("%016x", h.Sum64())
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

// Range returns the orders numbered first, first+1, ... that exist and match.
func Range(first, count int, match func(*Order) bool) []*Order {
	var found []*Order
	for n := first; n < first+count; n++ {
		o, err := Find(fmt.Sprintf("o-%d", n))
		if err == nil && match(o) {
			found = append(found, o)
		}
	}
	return found
}
