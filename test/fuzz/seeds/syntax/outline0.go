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
