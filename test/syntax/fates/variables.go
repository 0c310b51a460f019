// The call is assigned to a variable, whose uses are told.
package variables

var shared *T
var registry = struct{ items []*T }{}

type holder struct{ last *T }

func (t *T) Method() {}

func dies() int {
	x := NewT() // ask NewT
	x.n = 2
	x.n++
	if x == nil || x.ok {
		return len(x.items)
	}
	return x.n
}

func withError() (int, error) {
	x, err := NewT() // ask NewT
	if err != nil {
		return 0, err
	}
	return x.n, nil
}

func errorIsReturned() (int, error) {
	x, err := NewT() // ask NewT 1
	if err != nil {
		return 0, err
	}
	return x.n, nil
}

func declared() {
	var x = NewT() // ask NewT
	x.Close()
}

func declaredWithType() {
	var x, y Iface = NewT(), other() // ask NewT
	use(y)
	x.Run(1)
}

func grouped() {
	var (
		a = 1
		x = NewT() // ask NewT
	)
	keep(a, x)
}

func assigned(again bool) *T {
	var x *T
	use(x)
	if again {
		x = NewT() // ask NewT
	}
	return x
}

func assignedGlobal() {
	shared = NewT() // ask NewT
}

func loopLeadsBack() {
	var x *T
	use(x)
	for i := 0; i < 3; i++ {
		use2(x)
		x = NewT() // ask NewT
	}
	use3(x)
}

func header() {
	if x := NewT(); x != nil { // ask NewT
		use(x.n)
	} else if x.ok {
		keep(x)
	}
	x := 2
	use(x)
}

func shadowed() {
	x := NewT() // ask NewT
	if true {
		x := other()
		keep(x)
	}
	func(x int) { keep(x) }(1)
	for x := range 10 {
		keep(x)
	}
	_ = T{x: 1}
	_ = x.x
}

func redeclared() {
	x := other()
	x, y := NewT() // ask NewT
	keep(x)
	use(y)
}

func inClause(k int) {
	switch k {
	case 1:
		x := NewT() // ask NewT
		keep(x)
	case 2:
		x := 3
		use(x)
	}
}

func copied() {
	x := NewT() // ask NewT
	y := x
	var z = y
	shared = z
}

func copiedInTuple() {
	x := NewT() // ask NewT
	a, b := 1, x
	a, registry.items[0] = 2, b
}

func captured() {
	x := NewT() // ask NewT
	go func() {
		x.Run(2)
		use(x)
	}()
	x.Run(1)
}

func capturedByShadow() {
	x := NewT() // ask NewT
	f := func(x *T) { keep(x) }
	f(x)
}

func outerVariable() {
	var x *T
	once(func() {
		x = NewT() // ask NewT
		use(x)
	})
	keep(x)
}

func named() (x *T, err error) {
	x, err = NewT() // ask NewT
	return
}

func (h *holder) stores() {
	x := NewT() // ask NewT
	h.last = x
	h.last.n = 1
}

func storesInElement(m map[string][]*T, k string) {
	x := NewT() // ask NewT
	m[k][0] = x
	registry.items = append(registry.items, x)
}

func sends(out chan<- *T) {
	x := NewT() // ask NewT
	select {
	case out <- x:
	default:
	}
}

func spawns() {
	x := NewT() // ask NewT
	go x.Run(1)
	defer f(x)
	go f(g(x))
}

func addresses() {
	x := NewT() // ask NewT
	p := &x
	q := &x.n
	use(&x.items[2])
	r := a & x.mask
	_, _, _ = p, q, r
}

func reads(other *T) T {
	x := NewT() // ask NewT
	y := *x
	*x = T{}
	for i, v := range x.items {
		use(i, v)
	}
	ok := x == other && !x.ok
	use(ok, x.n*2, -x.n)
	return *x
}

func slices(dst []byte) []byte {
	x := NewBytes() // ask NewBytes
	copy(dst, x)
	dst = append(dst, x...)
	y := x[1:3]
	use(x[0], len(x), string(x))
	x[0] = 1
	return append(y, 4)
}

func variadic() {
	x := NewBytes() // ask NewBytes
	use(1, x...)
}

func methodValue() {
	x := NewT() // ask NewT
	f := x.Method
	f()
}

func fieldCall() {
	x := NewT() // ask NewT
	x.logger.Print(1)
}

func assertion() {
	x := NewAny() // ask NewAny
	if t, ok := x.(*T); ok {
		shared = t
	}
	switch t := x.(type) {
	case *T:
		t.Close()
	}
}

func literals() any {
	x := NewT() // ask NewT
	p := &holder{last: x}
	q := []any{1, x}
	m := map[*T]int{x: 1}
	use(p, q, m)
	return struct{ t *T }{x}
}

func labels() {
	x := NewT() // ask NewT
x:
	for {
		x.n++
		break x
	}
}

func caseList(t *T) {
	x := NewT() // ask NewT
	switch t {
	case nil, x:
	}
	switch {
	case x.ok, x == t:
	}
}

func overwritten() {
	x := NewT() // ask NewT
	use(x.n)
	x = nil
	x, y := nil, 2
	_ = y
}

func index(m map[*T]bool) {
	x := NewT() // ask NewT
	if m[x] {
		return
	}
	m[x] = true
}

func twoCalls() {
	a, b := NewT(1), NewT(2) // ask NewT
	use(a.n)
	keep(b)
}

func inBody() {
	for _, k := range list {
		x := NewT(k) // ask NewT
		x.Run(k)
	}
}

func typeSwitchBody(v any) {
	switch v := v.(type) {
	case int:
		v2 := NewT(v) // ask NewT
		use(v2.n, v)
	}
}

func chain() *T {
	return NewT().With(1).With(2) // ask With
}

func nothing() {
	x := NewT() // ask NewT
	_ = x
}

func loopVariable() {
	for x := NewT(); x != nil; x = x.next { // ask NewT
		x.Close()
	}
}
