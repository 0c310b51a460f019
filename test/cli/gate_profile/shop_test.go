package shop

import "testing"

var names []string

func BenchmarkAdd(b *testing.B) {
	for i := 0; i < b.N; i++ {
		orders = orders[:0]
		Add(i)
		names = Names(10)
	}
}
