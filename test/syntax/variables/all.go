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

func locals(arg *Order, any2 any, ch chan *Order, in <-chan int, arr [4]int) {
	var a int32                          // a int32
	var b, c Order                       // c Order
	var d = Order{}                      // d Order
	e := &Order{id: 1}                   // e *Order
	f := make([]int, 3)                  // f []int
	g := new(Order)                      // g *Order
	h := Order(b)                        // h Order
	i := (*Order)(nil)                   // i *Order
	j := []byte("x")                     // j []byte
	k := string(j)                       // k string
	l, m := pair()                       // l *Order
	l2, m2 := pair()                     // m2 error
	n := single()                        // n Order
	o := e                               // o *Order
	p := *e                              // p Order
	q := &p                              // q *Order
	r := arg.items                       // r []*Item
	s := arg.items[0]                    // s *Item
	t := arg.index["k"]                  // t []int
	u := r[1:]                           // u []*Item
	v := any2.(*Order)                   // v *Order
	w, ok := any2.(map[string]int)       // ok bool
	x := <-ch                            // x *Order
	y := <-in                            // y int
	z := len(f)                          // z int
	aa := append(f, 1)                   // aa []int
	bb := 1 + z                          // bb int
	cc := k + "x"                        // cc string
	dd := z > 1 && ok                    // dd bool
	ee := func(a int) error { return nil } // ee func(a int) error
	ff := map[string]*Order{}            // ff map[string]*Order
	gg := ff["x"]                        // gg *Order
	hh := e.Next()                       // hh *Order
	ii, jj := p.Both()                   // jj string
	kk := pkg.Unknown()                  // kk
	ll := arg.Item                       // ll
	mm := 'x'                            // mm rune
	nn := 1.5                            // nn float64
	oo := true                           // oo bool
	pp := struct{ a int }{1}             // pp struct{ a int }
	qq := [...]int{1, 2}                 // qq [...]int
	rr := arr[1]                         // rr int
	ss := "abc"[1]                       // ss byte
	tt := global                         // tt []string
	for i, v := range global {           // v string
		use(i)                           // i int
	}
	for i, v := range arr {              // i int
		v := v                           // v int
	}
	for key := range ff {                // key
	}
	if x := single(); x.id > 0 {         // x Order
	} else if x := pkg.F(); x != nil {   // x
	}
	switch v := any2.(type) {            // v
	}
	uu := &arg.id                        // uu *int
	vv := (e)                            // vv *Order
	func(inner *Item) {                  // inner *Item
		ww := inner                      // ww *Item
	}(nil)
	ee2 := Generic[int]{}                // ee2 Generic[int]
	use(arg)                             // arg *Order
	xx := -1                             // xx
	const yy = 3                         // yy
}
