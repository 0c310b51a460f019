package render

import "fmt"

// Report lists orders, one on each line, and their sum.
func Report(orders []*order.Order) string {
	out := "order,customer,items,dearest,total\n"
	sum := int64(0)
	for _, o := range orders {
		out += row(o)
		sum += o.Total
	}
	out += "sum," + Money(sum) + "\n"
	return out
}

func row(o *order.Order) string {
	return fmt.Sprintf("%s,%s,%d,%s,%s\n",
		o.ID, o.Customer, len(o.Items), o.Dearest(), Money(o.Total))
}

// Money writes an amount of cents.
func Money(cents int64) string {
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}
