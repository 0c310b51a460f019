// Package lib is used by another package: its names are printed with their qualifier there.
package lib

type Box[T any] struct{ Value T }

func (b *Box[T]) Get() *T { return &b.Value }

func Wrap[T any](b Box[T]) *Box[T] { return &b }
