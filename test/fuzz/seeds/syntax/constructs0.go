// Every kind of construct, and what must not be taken for one.
package constructs

type (
	Table  map[string]int
	Names  []string
	Events chan int
	Point  struct{ x, y int }
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
