package p


func returned() *T              { return NewT() } // ask NewT
func wrapped() *T               { return wrap(NewT()) } // ask NewT
func second() (int, *T)         { return 1, NewT() } // ask NewT
func both() (*T, error)         { return NewPair() } // ask NewPair 1
func argument()                 { f(1, NewT()) } // ask NewT
func spread()                   { f(NewPair()) } // ask NewPair 1
func receiver()                 { NewT().M(2) } // ask NewT
func field(s *S)                { s.f = NewT() } // ask NewT
func pointee(p **T)             { *p = NewT() } // ask NewT
func element(m map[string]*T)   { m["k"] = NewT() } // ask NewT
func globalElement(k string)    { cache[k] = NewT() } // ask NewT
func global()                   { shared = NewT() } // ask NewT
func foreign()                  { pkg.Shared = NewT() } // ask NewT
func sent()                     { ch <- NewT() } // ask NewT
func appended()                 { list = append(list, NewT()) } // ask NewT
func structLiteral() S          { return S{f: NewT()} } // ask NewT
func sliceLiteral() []*T        { return []*T{nil, NewT()} } // ask NewT
func mapLiteral()               { use(map[string]*T{"a": NewT()}) } // ask NewT
func nested()                   { use(map[string][]*T{"a": {NewT()}}) } // ask NewT
func spawned()                  { go f(NewT()) } // ask NewT
func deferred()                 { defer NewT().Close() } // ask NewT
func spawnedItself()            { go NewT() } // ask NewT
func statement()                { NewT() } // ask NewT
func blank()                    { _ = NewT() } // ask NewT
func blankSecond()              { _, _ = NewPair() } // ask NewPair 1
func ranged()                   { for range NewT().items { } } // ask NewT
func rangedItself()             { for range NewList() { } } // ask NewList
func selector() int             { return NewT().n } // ask NewT
func dereferenced() T           { return *NewT() } // ask NewT
func compared() bool            { return NewT() == nil } // ask NewT
func received()                 { <-NewChan() } // ask NewChan
func indexed() int              { return NewList()[0] } // ask NewList
func sliced() []int             { return NewList()[1:] } // ask NewList
func length() int               { return len(NewList()) } // ask NewList
func converted() any            { return any(NewT()) } // ask NewT
func asserted() *T              { return NewAny().(*T) } // ask NewAny
func pointerConversion() *U     { return (*U)(NewT()) } // ask NewT
func conversion()               { use([]U(NewList())) } // ask NewList
func bytesOf(s string)          { use([]byte(NewText())) } // ask NewText
func parenthesised() *T         { return (NewT()) } // ask NewT
func generic() *T               { return NewOf[int](1) } // ask NewOf
func method(f *factory) *T      { return f.NewT(1) } // ask (*factory).NewT
func qualified() *T             { return pkg.NewT(1) } // ask NewT
func key(m map[*T]int)          { m[NewT()] = 1 } // ask NewT
func lookedUp(m map[*T]int) int { return m[NewT()] } // ask NewT
func panics()                   { panic(NewError()) } // ask NewError
func newExpr() **T              { return new(NewT()) } // ask NewT
func called()                   { NewFunc()() } // ask NewFunc
func incremented()              { *NewInt()++ } // ask NewInt
func address() *int             { return &NewT().n } // ask NewT
func twice()                    { f(NewT(), NewT()) } // ask NewT
func absent()                   { f(NewU()) } // ask NewT
func multiline() *T {
	return NewT( // ask NewT
		1,
		2,
	)
}
func chained() {
	use(pkg.
		NewT(3)) // ask NewT
}
