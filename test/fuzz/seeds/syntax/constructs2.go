package p


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
