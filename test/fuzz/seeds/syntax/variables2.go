package p


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
