// Package session holds who signed in last.
package session

import (
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"sync"

	"example.com/oom-service/fixed/internal/render"
)

const secret = "an example is no place for a secret"

const (
	// Kept is the number of sessions that the service remembers.
	Kept = 4096
	// KeptVisits is the number of visits that it remembers of each.
	KeptVisits = 64
)

// token is the name of a session: a hash of its user and device.
type token [sha256.Size]byte

type visits struct {
	page  string
	count int64
}

// session is one signed-in device of a user. Most see very few pages, so these
// are a short sorted list and no map.
type session struct {
	token   token
	user    string
	device  string
	since   string
	pages   []visits
	history []string
}

// The sessions lie in a ring: the next one takes the place of the oldest.
var (
	mu    sync.Mutex
	ring  [Kept]session
	used  [Kept]bool
	next  int
	place = make(map[token]int, Kept)
)

// Open signs a device in, records the page that it starts from, and writes the
// session. A device that is signed in already goes on with its session.
func Open(j *render.JSON, user, device, at, page string) {
	name := tokenFor(user, device)

	mu.Lock()
	defer mu.Unlock()
	i, ok := place[name]
	if !ok {
		i = takeOldest(name)
		s := &ring[i]
		s.token, s.user, s.device, s.since = name, user, device, at
	}
	ring[i].visit(at, page)
	ring[i].writeJSON(j)
}

// takeOldest empties the oldest place of the ring, and keeps its slices.
func takeOldest(name token) int {
	i := next
	next = (next + 1) % Kept
	if used[i] {
		delete(place, ring[i].token)
	}
	used[i] = true
	place[name] = i
	clear(ring[i].pages)
	clear(ring[i].history)
	ring[i].pages = ring[i].pages[:0]
	ring[i].history = ring[i].history[:0]
	return i
}

func tokenFor(user, device string) token {
	var room [256]byte
	text := append(room[:0], user...)
	text = append(text, '/')
	text = append(text, device...)
	text = append(text, '/')
	text = append(text, secret...)
	return sha256.Sum256(text)
}

func (s *session) visit(at, page string) {
	i := sort.Search(len(s.pages), func(i int) bool { return s.pages[i].page >= page })
	if i == len(s.pages) || s.pages[i].page != page {
		s.pages = append(s.pages, visits{})
		copy(s.pages[i+1:], s.pages[i:])
		s.pages[i] = visits{page: page}
	}
	s.pages[i].count++

	if len(s.history) == KeptVisits {
		copy(s.history, s.history[1:])
		s.history = s.history[:KeptVisits-1]
	}
	s.history = append(s.history, at+" "+page)
}

func (s *session) writeJSON(j *render.JSON) {
	var name [2 * sha256.Size]byte
	hex.Encode(name[:], s.token[:])
	j.Open('{')
	j.Key("token")
	j.Text(string(name[:]))
	j.Key("user")
	j.Text(s.user)
	j.Key("device")
	j.Text(s.device)
	j.Key("since")
	j.Text(s.since)
	j.Key("pages")
	j.Open('{')
	for _, v := range s.pages {
		j.Key(v.page)
		j.Number(v.count)
	}
	j.Close('}')
	j.Key("history")
	j.Open('[')
	for _, line := range s.history {
		j.Next()
		j.Text(line)
	}
	j.Close(']')
	j.Close('}')
}
