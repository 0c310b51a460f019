package p


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
