package order

import (
	"strconv"
	"sync"
)

// Kept is the number of orders that the service remembers. Older ones belong to
// the shop's database, not into the memory of a web service.
const Kept = 4096

// The orders lie in a ring: the next order takes the place of the oldest.
var (
	mu    sync.RWMutex
	ring  [Kept]Order
	next  int
	place = make(map[string]int, Kept)
)

// Save keeps an order and forgets the oldest one when there is no room.
func Save(o *Order) {
	mu.Lock()
	defer mu.Unlock()
	if i, ok := place[o.ID]; ok {
		ring[i] = *o
		return
	}
	if old := ring[next].ID; old != "" {
		delete(place, old)
	}
	ring[next] = *o
	place[o.ID] = next
	next = (next + 1) % Kept
}

// Find returns the order of that number.
func Find(id string) (Order, bool) {
	mu.RLock()
	defer mu.RUnlock()
	i, ok := place[id]
	if !ok {
		return Order{}, false
	}
	return ring[i], true
}

// Numbered returns the order "o-n".
func Numbered(n int) (Order, bool) {
	var room [24]byte
	id := strconv.AppendInt(append(room[:0], "o-"...), int64(n), 10)
	mu.RLock()
	defer mu.RUnlock()
	i, ok := place[string(id)]
	if !ok {
		return Order{}, false
	}
	return ring[i], true
}

// Filter says which orders to take. What is empty is not asked for.
type Filter struct {
	SKU    string
	Region string
	Over   int64
	IsOver bool
}

// Match reports whether the filter takes the order.
func (f *Filter) Match(o *Order) bool {
	if f.Region != "" && o.Region != f.Region {
		return false
	}
	if f.IsOver && o.Total <= f.Over {
		return false
	}
	return f.SKU == "" || o.holds(f.SKU)
}

// Tests is the number of things that the filter asks for.
func (f *Filter) Tests() int {
	n := 0
	for _, asked := range [...]bool{f.SKU != "", f.Region != "", f.IsOver} {
		if asked {
			n++
		}
	}
	return n
}

func (o *Order) holds(sku string) bool {
	for i := range o.Items {
		if o.Items[i].SKU == sku {
			return true
		}
	}
	return false
}
