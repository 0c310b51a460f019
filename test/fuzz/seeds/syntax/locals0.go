// Each line's comment says the type of a variable on it: "// x T", "// x" when it cannot be told.
package variables

var global []string        // global []string
var one, two = 1, "x"      // two string
var made = make(map[K]V)   // made map[K]V
var (
	grouped *Order         // grouped *Order
	spread, rest = pair()  // rest error
)

type Order struct {
	id    int
	items []*Item
	next  *Order
	index map[string][]int
	Item
}

func (o *Order) Next() *Order { return o.next } // o *Order
func (o Order) Both() (int, string) { return 1, "" } // o Order

func pair() (*Order, error) { return nil, nil }
func single() Order         { return Order{} }
func params(a, b int, c ...string) (d []byte, e error) { // a int
	return
}
func variadic(c ...string) {} // c []string
func results() (d []byte)  { return } // d []byte
