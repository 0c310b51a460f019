// Package order holds the newest orders of the shop, as values.
package order

import (
	"encoding/json"
	"fmt"
	"sync"

	"example.com/oom-service/fixed/internal/render"
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

// Order is an accepted order. Nothing changes what its slices hold, so copies of
// an order may be read without a lock.
type Order struct {
	ID       string
	Customer string
	Region   string
	Placed   string
	Items    []Item
	Notes    []string
	Net      int64
	Tax      int64
	Shipping int64
	Total    int64
	Checksum uint64
}

// FieldError says which field of a request cannot be accepted.
type FieldError struct {
	Order  string
	Field  string
	Reason string
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("order %s: %s: %s", e.Order, e.Field, e.Reason)
}

// requests are read into structs that are used again, with their slices.
var requests = sync.Pool{New: func() any { return new(Request) }}

// Parse reads a request and makes an order of it.
func Parse(raw []byte) (Order, error) {
	req := requests.Get().(*Request)
	defer requests.Put(req)
	req.reset()
	if err := json.Unmarshal(raw, req); err != nil {
		return Order{}, fmt.Errorf("order: not understood: %w", err)
	}
	if err := validate(req); err != nil {
		return Order{}, err
	}
	return fromRequest(req, raw), nil
}

// reset empties a request. encoding/json writes over the elements that a slice
// still holds behind its length, so these are cleared too.
func (req *Request) reset() {
	items, notes := req.Items[:cap(req.Items)], req.Notes[:cap(req.Notes)]
	clear(items)
	clear(notes)
	*req = Request{Items: items[:0], Notes: notes[:0]}
}

func validate(req *Request) error {
	if req.ID == "" {
		return &FieldError{Order: "?", Field: "id", Reason: "is missing"}
	}
	if len(req.Items) == 0 {
		return &FieldError{Order: req.ID, Field: "items", Reason: "are missing"}
	}
	for i := range req.Items {
		if n := req.Items[i].Quantity; n <= 0 {
			return itemError(req.ID, i, "quantity", int64(n), "a quantity")
		}
		if cents := req.Items[i].Cents; cents < 0 {
			return itemError(req.ID, i, "cents", cents, "a price")
		}
	}
	return nil
}

func itemError(id string, i int, field string, n int64, expected string) error {
	return &FieldError{
		Order:  id,
		Field:  fmt.Sprintf("items[%d].%s", i, field),
		Reason: fmt.Sprintf("%d is not %s", n, expected),
	}
}

func fromRequest(req *Request, raw []byte) Order {
	o := Order{
		ID:       req.ID,
		Customer: req.Customer,
		Region:   req.Region,
		Placed:   req.Placed,
		Items:    make([]Item, len(req.Items)),
		Checksum: checksum(raw),
	}
	copy(o.Items, req.Items)
	if len(req.Notes) > 0 {
		o.Notes = make([]string, len(req.Notes))
		copy(o.Notes, req.Notes)
	}
	q := newQuote(o.Items, o.Region)
	o.Net, o.Tax, o.Shipping, o.Total = q.net, q.tax, q.shipping, q.total
	return o
}

// checksum is 64-bit FNV-1a, as in hash/fnv.
func checksum(raw []byte) uint64 {
	sum := uint64(14695981039346656037)
	for _, c := range raw {
		sum = (sum ^ uint64(c)) * 1099511628211
	}
	return sum
}

// WriteJSON writes the order as its customer sees it.
func (o *Order) WriteJSON(j *render.JSON) {
	j.Open('{')
	j.Key("id")
	j.Text(o.ID)
	j.Key("customer")
	j.Text(o.Customer)
	j.Key("region")
	j.Text(o.Region)
	j.Key("placed")
	j.Text(o.Placed)
	j.Key("items")
	j.Open('[')
	for i := range o.Items {
		j.Next()
		o.Items[i].writeJSON(j)
	}
	j.Close(']')
	j.Key("notes")
	o.writeNotes(j)
	j.Key("net")
	j.Number(o.Net)
	j.Key("tax")
	j.Number(o.Tax)
	j.Key("shipping")
	j.Number(o.Shipping)
	j.Key("total")
	j.Number(o.Total)
	j.Key("checksum")
	var sum [16]byte
	j.Text(string(render.AppendHex(sum[:0], o.Checksum)))
	j.Close('}')
}

func (item *Item) writeJSON(j *render.JSON) {
	j.Open('{')
	j.Key("sku")
	j.Text(item.SKU)
	j.Key("name")
	j.Text(item.Name)
	j.Key("quantity")
	j.Number(int64(item.Quantity))
	j.Key("cents")
	j.Number(item.Cents)
	j.Close('}')
}

// notePrefix stands before each note.
const notePrefix = "note: "

func (o *Order) writeNotes(j *render.JSON) {
	if o.Notes == nil {
		j.Null()
		return
	}
	j.Open('[')
	for _, note := range o.Notes {
		j.Next()
		j.TextAfter(notePrefix, note)
	}
	j.Close(']')
}
