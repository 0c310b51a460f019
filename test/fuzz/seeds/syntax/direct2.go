package p


var initial = NewT() // ask NewT
var inMap = map[string]*T{
	"a": NewT(), // ask NewT
}

func inLiteral() {
	go func() {
		shared = NewT() // ask NewT
	}()
}

func switched() {
	switch NewKind() { // ask NewKind
	case 1:
	}
	switch v := NewAny().(type) { // ask NewAny
	case *T:
		shared = v
	default:
		use(v)
	}
	switch k := NewKind(); NewKind() { // ask NewKind
	case k:
	}
}
