// Two callers of a constructor, and both let its result die.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type matrix struct {
	cells [25]float64
	rows  int
}

func newMatrix(n int) *matrix { // cause: constructor_not_inlined 100% text "exceeds budget 80"
	m := &matrix{rows: 5}
	for i := range m.cells {
		switch {
		case i%6 == 0:
			m.cells[i] = float64(n)
		case i%7 == 1:
			m.cells[i] = float64(n * i)
		case i%7 == 2:
			m.cells[i] = -float64(n*i + 1)
		case i%7 == 3:
			m.cells[i] = float64(n*i+1) / 2
		default:
			m.cells[i] = 1 / float64(n+i+1)
		}
	}
	return m
}

func (m *matrix) trace() float64 {
	sum := 0.0
	for i := 0; i < m.rows; i++ {
		sum += m.cells[i*m.rows+i]
	}
	return sum
}

//go:noinline
func first(n int) float64 {
	m := newMatrix(n)
	return m.trace()
}

//go:noinline
func second(n int) float64 {
	return newMatrix(n).trace() + 1
}

func main() {
	runtime.MemProfileRate = 1
	total := 0.0
	for i := 0; i < 15000; i++ {
		total += first(i)
		total += second(i)
	}
	if total == 1 {
		os.Exit(1)
	}
	record.Write()
}
