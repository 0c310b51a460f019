package lib

type Unit struct {
	a uint8
	b uint16
}

type Generic[T any] struct{ v T }
