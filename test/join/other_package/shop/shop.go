// Package shop makes products and keeps some of them.
package shop

// Product is what the shop sells.
type Product struct {
	number int
	parts  [21]int
}

var shelf = make([]*Product, 256)

// NewProduct is too complex to be inlined.
func NewProduct(n int) *Product { // cause: constructor_not_inlined 50% text "exceeds budget 80"
	p := &Product{number: n}
	for i := range p.parts {
		switch {
		case i%2 == 0:
			p.parts[i] = n * i
		case i%3 == 0:
			p.parts[i] = n + i
		case i%5 == 0:
			p.parts[i] = n - i
		case i%7 == 0:
			p.parts[i] = 2*n - i
		default:
			p.parts[i] = n ^ i
		}
	}
	return p
}

// Register puts a product on the shelf.
//
//go:noinline
func Register(p *Product) {
	shelf[p.number&255] = p // cause: stored_in_global 50%
}

// Price is the sum of the parts.
func (p *Product) Price() int {
	sum := 0
	for _, part := range p.parts {
		sum += part
	}
	return sum
}
