package lib

type Item struct{ Fields [20]int64 }

//go:noinline
func Make(n int) *Item {
	item := &Item{}
	item.Fields[0] = int64(n)
	return item
}
