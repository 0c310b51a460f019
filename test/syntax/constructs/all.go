// Every kind of construct, and what must not be taken for one.
package constructs

type (
	Table  map[string]int
	Names  []string
	Events chan int
	Point  struct{ x, y int }
	Text   string
	Blob   []byte
	Holder struct {
		table  map[string]int
		list   []int
		name   string
		count  int
		nested Table
	}
)

var global map[string]int
var slice []int
var title = "x"

type Iface interface {
	Method(a int) (b int)
	Other(func(int) string) string
}

func makes(n int) {
	_ = make(chan int)
	_ = make(chan int, n)
	_ = make(map[string]int)
	_ = make(map[string]int, n)
	_ = make([]int, n)
	_ = make([]int, 0, n)
	_ = make(Table)
	_ = make(Names, n)
	_ = make(Events, n)
	_ = make(pkg.Unknown)
	_ = make(pkg.Unknown, n)
	_ = new(Point)
	_ = append(slice, n)
	_ = append([]int(nil), slice...)
}

func assigns(h *Holder, m map[string]int, s []int, p *Point, u pkg.Unknown, a [4]int, q *[4]int) {
	m["a"] = 1
	m[k]++
	m[k] += 2
	s[0] = 1
	u[0] = 1
	u["k"] = 1
	a[1] = 2
	q[1] = 2
	global["a"] = 1
	slice[0]--
	h.table["a"] = 1
	h.list[0] = 2
	h.nested["a"] = 1
	h.Unknown[1] = 2
	p.x, m["b"] = 1, 2
	m["c"], p.y = 1, 2
	use(m["d"], s[1])
	x := m["e"]
	if m["f"] == x {
	}
	local := Table{}
	local["g"] = x
	for i := range s {
		m[k], s[i] = f()
	}
	(*h).table["h"] = 3
	get().table["i"] = 3
	m[k][j] = 4
	_ = x
}

func sums(h *Holder, a, b string, n int) {
	_ = a + b
	_ = a + "x" + b
	_ = "x" + "y"
	_ = n + 1
	_ = n + len(a)
	_ = u + v
	_ = u + v*2
	_ = u - v + w
	_ = -u + v
	_ = h.name + u
	_ = h.count + u
	_ = title + u
	_ = a[1:] + u
	_ = f(a) + g(b)
	_ = a +
		b +
		"c"
	_ = (a + b) + u
	if a+u == b+"x" && n+1 > 2 {
	}
	a += b
	a += "x"
	n += 2
	u += f()
	h.name += u
	h.count += n
	switch a + u {
	case b + "z":
	}
	ch <- a + b
	_ = []string{a + b, u + v}
	_ = +n
}

func conversions(b []byte, s string, r []rune, n int) {
	_ = string(b)
	_ = string(r[1:])
	_ = string("constant")
	_ = string(
		h.name)
	_ = []byte(s)
	_ = []byte("constant")
	_ = []byte(s + s)
	_ = []rune(s)
	_ = []uint8(s.name)
	_ = []int32(f(s))
	_ = Names(s)
	_ = []string(s)
	_ = map[string]int(s)
	_ = (*Point)(s)
	_ = int64(n)
	_ = any(n)
	_ = Text(b)
	_ = Blob(s)
	_ = Point(s)
}

func literals(n int) {
	_ = &Point{1, n}
	_ = Point{1, n}
	_ = &pkg.T{}
	_ = []int{1, n}
	_ = [2]int{1, n}
	_ = [...]int{1, n}
	_ = map[string]int{"a": n}
	_ = []*Point{{1, 2}, &Point{3, n}}
	_ = [][]int{{1}, {n}}
	_ = map[string][]int{"a": {n}}
	_ = map[Point]*Point{{1, 2}: {3, 4}}
	_ = []Point{{1, 2}, {3, 4}}
	_ = Table{"a": n}
	_ = Names{"a"}
	_ = &Names{"a"}
	_ = struct{ a []int }{[]int{n}}
	_ = &struct{ a int }{n}
	_ = a & Point{1, 2}.x
	_ = G[int]{1}
	_ = []func(){f, g}
	for _, x := range []int{1, 2} {
		_ = x
	}
	if x == (Point{1, 2}) {
	}
	if x {
	}
}

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
	pkg.With(func(x int) bool {
		return x > 1
	}).
		Then(2)
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
