package p


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
