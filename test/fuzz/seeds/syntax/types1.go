package p


type (
	Empty   struct{}
	Small   struct{ a bool }
	Padded  struct {
		a bool
		b int64
		c bool // comment
	}
	Trailing struct {
		a int32
		b struct{}
	}
	OnlyEmpty struct{ a, b Empty }
	Order     struct {
		ID, Next uint64 `json:"id"`
		Customer string
		items    []*Item
		Empty
		*Padded
		alias.Unit
		note yaml.Node
	}
	Item struct {
		price [Words]float32
		tags  [N]alias.Unit
		size  [unsafe.Sizeof(Padded{})]byte
		f     func(a int) (b int)
		c     chan<- int
		r     <-chan int
		m     map[string]Order
		i     interface{ M() }
		g     (int16)
		arr   [2][3]uint16
		x     complex64
	}
	Alias  = Order
	Named  Padded
	Iface  interface{ M() }
	Func   func()
	Pair[K comparable, V any] struct {
		key K
		val V
		p   *V
	}
	Loop   struct{ next *Loop; self [1]Loop }
	Missing struct{ a Unknown }
	Huge   [Big]int
	Lists  struct{ a Pair[string, Pair[int8, [3]byte]]; b List[int32] }
	Many   [More]byte
	Masked [Mask]byte
	Chars  [First - Second*10 - Third*10 - 1]byte
	Digits [Octal + Old + Binary]byte
	Unsig  [Inverted]byte
	Self   [unsafe.Sizeof(uintptr(0))]int
	Params [N]func([N]int) [N]int
)

type List[T any] []T

type Big2 = [1 << 20][1 << 20][1 << 20]int
