package order

// maxLines is the number of positions that a quote lists one by one.
const maxLines = 24

type quoteLine struct {
	sku      string
	quantity int
	net      int64
	tax      int64
}

// quote is what an order costs, line by line.
type quote struct {
	lines    [maxLines]quoteLine
	count    int
	net      int64
	tax      int64
	shipping int64
	total    int64
}

// newQuote prices the items for a region. It does nothing but make the quote, so
// that the compiler inlines it and the quote stays on its caller's stack.
func newQuote(items []Item, region string) *quote {
	q := &quote{}
	q.fill(items, region)
	return q
}

func (q *quote) fill(items []Item, region string) {
	rate := taxPerMille(region)
	for i := range items {
		item := &items[i]
		net := item.Cents * int64(item.Quantity)
		tax := net * rate / 1000
		if q.count < maxLines {
			q.lines[q.count] = quoteLine{item.SKU, item.Quantity, net, tax}
			q.count++
		}
		q.net += net
		q.tax += tax
	}
	q.shipping = shipping(q.net, len(items))
	q.total = q.net + q.tax + q.shipping
}

func taxPerMille(region string) int64 {
	switch region {
	case "north":
		return 190
	case "south":
		return 220
	case "east":
		return 77
	}
	return 0
}

func shipping(net int64, items int) int64 {
	if net > 50000 {
		return 0
	}
	return 490 + 50*int64(items)
}

// DearestLine returns the article of the order that costs most, with its price.
func (o *Order) DearestLine() (sku string, net int64) {
	q := newQuote(o.Items, o.Region)
	for _, line := range q.lines[:q.count] {
		if line.net > net {
			sku, net = line.sku, line.net
		}
	}
	return sku, net
}
