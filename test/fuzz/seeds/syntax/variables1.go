package p


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
