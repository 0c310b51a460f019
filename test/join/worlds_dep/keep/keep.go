// Package keep is a dependency: it may lie in the module cache or in vendor/.
package keep

// Item is what a Ring holds.
type Item struct {
	Key  int
	data [13]int64
}

// Ring keeps the last items.
type Ring struct {
	items [64]*Item
}

// Add makes an item and keeps it.
//
//go:noinline
func (r *Ring) Add(key int) {
	item := &Item{Key: key}
	item.data[0] = int64(key)
	r.items[key&63] = item
}
