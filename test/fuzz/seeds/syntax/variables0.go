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
