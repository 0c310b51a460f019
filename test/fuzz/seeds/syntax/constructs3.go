package p


func funcs(n int) func() {
	f := func() int { return n }
	defer f()
	for i := 0; i < n; i++ {
		defer f()
		func() {
			defer g()
		}()
		go f()
	}
	go func(x int) {
		use(x)
	}(n)
	select {
	case <-ch:
	default:
	}
	var t func(int) string
	_ = t.(func())
	return func() {}
}

func calls(f func(), m map[string]func()) {
	f()
	pkg.F(1, 2)
	x.y.M(1)
	x.y().z[1].M()
	m["a"]()
	pkg.
		Long(1)
	func() {}()
	G[int](1)
	pkg.G[int, string](1)
	(f)()
	Point(p)
	pkg.T(p)
	f(args...)
	_ = len(a) + cap(b)
	copy(a, b)
	delete(m, "k")
	panic("x")
	print(1)
	if f(1) {
	}
	return (x)
}

var initial = map[string]*Point{
	"a": {1, 2},
	"b": NewPoint(func() int { return 1 }),
}
