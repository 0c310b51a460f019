// Allocates known numbers of objects of some thirty types, each in a function of its own, with every one
// sampled; writes its profile to the file it is given, and on standard output what there should be in it,
// by type, and by size as runtime.MemStats has it.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"unsafe"
)

type Small struct{ a, b, c int64 }
type Node struct {
	left, right *Node
	key         int64
	pad         [5]int64
}
type Inner struct{ x, y float64 }
type Outer struct {
	Inner
	name string
	link *Outer
}
type Pair[K comparable, V any] struct {
	key K
	val V
}
type List[T any] struct {
	head *item[T]
}
type item[T any] struct {
	next *item[T]
	val  T
}
type Shape interface{ Area() float64 }
type Square struct{ side, extra float64 }
type Circle struct {
	r    float64
	name string
}
type Big struct{ data [5000]int64 }
type Huge struct {
	p    *int
	data [40000]byte
}
type Flags uint8
type Counter struct{ n [3]int64 }
type Key struct{ a, b int32 }
type Wide struct{ w [20]int64 }
type Event struct {
	id   int64
	body string
}

func (s Square) Area() float64  { return s.side }
func (c *Circle) Area() float64 { return c.r }
func (c *Counter) add()         { c.n[0]++ }

var keep []any
var sinkS []string
var sinkA any
var sinkF func() int64
var sinkM func()
var fs []func() int64
var ms []func()
var shapes []Shape
var before, after runtime.MemStats

const n = 300

type want struct {
	Name    string
	Objects int // 0: any number
	Size    int // of one object; 0: it varies, or is not told
}

var wants []want

func expect(name string, objects int, size uintptr) {
	wants = append(wants, want{name, objects, int(size)})
}

//go:noinline
func small() *Small { return &Small{1, 2, 3} }

//go:noinline
func node() *Node { return new(Node) }

//go:noinline
func outer() *Outer { return &Outer{name: "x"} }

//go:noinline
func pairIS() *Pair[int, string] { return &Pair[int, string]{1, "a"} }

//go:noinline
func newPair[K comparable, V any](k K, v V) *Pair[K, V] { return &Pair[K, V]{k, v} }

//go:noinline
func (l *List[T]) push(v T) { l.head = &item[T]{l.head, v} }

//go:noinline
func array() *[16]int64 { return new([16]int64) }

//go:noinline
func ints(k int) []int64 { return make([]int64, k) }

//go:noinline
func bytesOf(k int) []byte { return make([]byte, k) }

//go:noinline
func strs(k int) []string { return make([]string, k) }

//go:noinline
func nested(k int) [][]int32 { return make([][]int32, k) }

//go:noinline
func pointers(k int) []*Node { return make([]*Node, k) }

//go:noinline
func literal() []Wide { return []Wide{{}, {}} }

//go:noinline
func concat(a, b string) string { return a + b }

//go:noinline
func toString(b []byte) string { return string(b) }

//go:noinline
func toBytes(s string) []byte { return []byte(s) }

//go:noinline
func toRunes(s string) []rune { return []rune(s) }

//go:noinline
func box(s Square) Shape { return s }

//go:noinline
func boxAny(e Event) any { return e }

//go:noinline
func circle() Shape { return &Circle{r: 2} }

//go:noinline
func closure(w Wide) func() int64 { return func() int64 { return w.w[3] } }

//go:noinline
func moved(c Counter) *Counter { return &c }

//go:noinline
func method(c *Counter) func() { return c.add }

//go:noinline
func channel() chan Key { return make(chan Key, 20) }

//go:noinline
func channelP() chan *Wide { return make(chan *Wide, 10) }

//go:noinline
func mapSmall() map[Key]Flags {
	m := make(map[Key]Flags)
	m[Key{1, 2}] = 3
	return m
}

//go:noinline
func mapHint(k int) map[int64]*Small { return make(map[int64]*Small, k) }

//go:noinline
func big() *Big { return new(Big) }

//go:noinline
func huge() *Huge { return new(Huge) }

//go:noinline
func grow(s []Event, e Event) []Event { return append(s, e) }

//go:noinline
func buffer() *bytes.Buffer { return new(bytes.Buffer) }

//go:noinline
func errOf(s string) error { return errors.New(s) }

//go:noinline
func formatted(i int) string { return fmt.Sprintf("number %d of all that there are", i) }

//go:noinline
func builder(i int) string {
	var b strings.Builder
	b.Grow(100 + i%7)
	b.WriteString("x")
	return b.String()
}

//go:noinline
func slicesOf() []Pair[int32, bool] { return make([]Pair[int32, bool], 9) }

func main() {
	runtime.MemProfileRate = 0
	keep = make([]any, 0, 20000)
	fs = make([]func() int64, 0, 1000)
	ms = make([]func(), 0, 1000)
	text := strings.Repeat("some text ", 9)
	raw := []byte(text)
	l1 := &List[int64]{}
	l2 := &List[*Node]{}
	runtime.GC()
	debug.SetGCPercent(-1) // a collection would empty fmt's pools,
	formatted(1000)        // which this fills
	runtime.ReadMemStats(&before)
	runtime.MemProfileRate = 1
	for i := 0; i < n; i++ {
		keep = append(keep, small(), node(), outer(), pairIS(), newPair(int64(i), 2.5), newPair(text, &before),
			array())
		l1.push(int64(i))
		l2.push(nil)
		keep = append(keep, unsafe.SliceData(ints(30)), unsafe.SliceData(bytesOf(77)), unsafe.SliceData(strs(5)),
			unsafe.SliceData(nested(4)), unsafe.SliceData(pointers(11)), unsafe.SliceData(literal()))
		keep = append(keep, unsafe.StringData(concat(text, "more")), unsafe.StringData(toString(raw)),
			unsafe.SliceData(toBytes(text)), unsafe.SliceData(toRunes(text)))
		keep = append(keep, box(Square{float64(i), 1}), boxAny(Event{int64(i), text}), circle())
		fs = append(fs, closure(Wide{}))
		keep = append(keep, moved(Counter{}))
		ms = append(ms, method(keep[len(keep)-1].(*Counter)))
		keep = append(keep, channel(), channelP(), mapSmall(), mapHint(100), buffer(), errOf(text),
			unsafe.StringData(formatted(i+1000)), unsafe.StringData(builder(i)), unsafe.SliceData(slicesOf()))
		keep = append(keep, unsafe.SliceData(grow(nil, Event{})))
	}
	for i := 0; i < 10; i++ {
		keep = append(keep, big(), huge())
	}
	runtime.MemProfileRate = 0
	runtime.ReadMemStats(&after)
	runtime.GC()
	runtime.GC()
	out, _ := os.Create(os.Args[1])
	pprof.Lookup("allocs").WriteTo(out, 0)
	out.Close()
	expect("main.Small", n, unsafe.Sizeof(Small{}))
	expect("main.Node", n, unsafe.Sizeof(Node{}))
	expect("main.Outer", n, unsafe.Sizeof(Outer{}))
	expect("main.Pair[int,string]", n, unsafe.Sizeof(Pair[int, string]{}))
	expect("main.Pair[go.shape.int64,go.shape.float64]", n, unsafe.Sizeof(Pair[int64, float64]{}))
	expect("main.Pair[go.shape.string,go.shape.*uint8]", n, unsafe.Sizeof(Pair[string, *int]{}))
	expect("main.item[go.shape.int64]", n, 16)
	expect("main.item[go.shape.*uint8]", n, 16)
	expect("[16]int64", n, 128)
	expect("[]int64", n, 240)
	expect("[]uint8", 3*n, 0)
	expect("[]string", n, 80)
	expect("[][]int32", n, 96)
	expect("[]*main.Node", n, 88)
	expect("[2]main.Wide", n, 320)
	expect("string", 3*n, 0)
	expect("[]int32", n, 0)
	expect("main.Square", n, 16)
	expect("main.Event", n, 24)
	expect("main.Circle", n, 24)
	expect("main.Counter", n, 24)
	expect("chan main.Key", n, 0)
	expect("chan *main.Wide", 2*n, 0)
	expect("map[main.Key]main.Flags", 0, 0)
	expect("map[int64]*main.Small", 0, 0)
	expect("main.Wide", n, unsafe.Sizeof(Wide{}))
	expect("struct { F uintptr; X0 *main.Wide }", n, 16)
	expect("struct { F uintptr; R *main.Counter }", n, 16)
	expect("main.Big", 10, unsafe.Sizeof(Big{}))
	expect("main.Huge", 10, unsafe.Sizeof(Huge{}))
	expect("[]main.Event", n, 24)
	expect("bytes.Buffer", n, unsafe.Sizeof(bytes.Buffer{}))
	expect("errors.errorString", n, 16)
	expect("[]main.Pair[int32,bool]", n, 72)
	sizes := map[int]uint64{}
	for i := range after.BySize {
		sizes[int(after.BySize[i].Size)] = after.BySize[i].Mallocs - before.BySize[i].Mallocs
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"wants": wants, "sizes": sizes,
		"bytes": after.TotalAlloc - before.TotalAlloc})
}
