// Names, extents and signatures.
package names

import (
	"fmt"
	. "dot"
	_ "blank"
	other "example.com/pkg"
)

import "single"

var a, b = 1, 2
var (
	c    int
	_    = fmt.Sprint(func() {})
	d, e = f()
)
const notAVariable = 1

func init() {}
func init() { func() {}() }

func Plain(x int, y, z string) error {
	f := func(int, ...string) (n int, err error) {
		go func() {
			defer func() {}()
		}()
		return
	}
	for i := func() int { return 1 }(); i < 2; i += func() int { return 1 }() {
		_ = func() {}
	}
	_ = []func(){nil, func() {}}
	_ = map[string]func() int{"a": func() int { return 1 }}
	var g func() func() = func() func() { return func() {} }
	switch x := any(f).(type) {
	case func():
		x()
	}
	return struct{ error }{nil}
}

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
