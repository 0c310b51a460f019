package order

const maxLines = 24

type request struct {
	ID, Customer, Region string
	Items                []*Item
	Notes                []string
}

type quoteLine struct {
	sku      string
	quantity int
	net, tax int64
}

type quote struct {
	lines [maxLines]quoteLine
	count int
	total int64
}

// newQuote prices the items for a region. No caller keeps the quote.
func newQuote(items []*Item, region string) *quote {
	q := &quote{}
	for _, item := range items {
		net := item.Cents * int64(item.Quantity)
		if q.count < maxLines {
			q.lines[q.count] = quoteLine{item.SKU, item.Quantity, net, net / 5}
			q.count++
		}
		q.total += net + net/5
	}
	return q
}

// Dearest returns the article of the order that costs most.
func (o *Order) Dearest() string {
	q := newQuote(o.Items, "")
	sku, most := "", int64(0)
	for _, line := range q.lines[:q.count] {
		if line.net > most {
			sku, most = line.sku, line.net
		}
	}
	return sku
}
