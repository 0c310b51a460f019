package p


func (t *T) Pointer()                  {}
func (t T) Value() (*T, []map[string]func()) { return nil, nil }
func (*T) Unnamed(_ int, _, _ string)  {}
func (l *List[K, V]) Push(k K, v V)    { func() {}() }
func (l List[_]) Len() int             { return 0 }
func ((*T)) Parenthesised()            {}
func Generic[K comparable, V any](m map[K]V, f func(K) V, g G[K], h ...[]V) {
	_ = func() { func() {}() }
}
func external(x int)
func ReturnsFunc() func(a int) (b int) { return nil }
func ReturnsInterface() interface{ M() } { return nil }
func Arrays(a [4]int, b [N]G[int], c [2][3]T, d chan<- <-chan int, e ...func()) {}
func Comments(a /* one */ int, // two
	b struct {
		x int // three
	},
) (c map[ /* four */ string]int) {
	return nil
}

var late = func() { func() {}() }

type I interface {
	Method(func()) func()
}

func _() { _ = func() {} }
func Last() {
