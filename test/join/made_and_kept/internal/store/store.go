// Package store keeps items.
package store

import "join.test/made_and_kept/internal/model"

// Store is a set of shards.
type Store struct {
	shards [4]shard
}
type shard struct{ byID map[int]*model.Item }

// New makes one.
func New() *Store {
	s := &Store{}
	for i := range s.shards {
		s.shards[i].byID = make(map[int]*model.Item, 64)
	}
	return s
}

// Put keeps it.
func (s *Store) Put(it *model.Item) {
	s.shards[it.ID&3].byID[it.ID&31] = it // cause: stored_in_container 50%
}
