// Package session holds who is signed in.
package session

import (
	"crypto/sha256"
	"fmt"
	"sync"
)

const secret = "an example is no place for a secret"

// Session is one signed-in device of a user.
type Session struct {
	Token   string         `json:"token"`
	User    string         `json:"user"`
	Device  string         `json:"device"`
	Since   string         `json:"since"`
	Pages   map[string]int `json:"pages"`
	History []string       `json:"history"`
}

var (
	mu       sync.Mutex
	sessions = map[string]*Session{}
)

// Open signs a device in and records the page that it starts from.
// A device that is signed in already goes on with its session.
func Open(user, device, at, page string) *Session {
	token := tokenFor(user, device)

	mu.Lock()
	defer mu.Unlock()
	s, ok := sessions[token]
	if !ok {
		s = newSession(token, user, device, at)
		sessions[token] = s
	}
	s.visit(at, page)
	return s.copy()
}

func tokenFor(user, device string) string {
	sum := sha256.Sum256([]byte(user + "/" + device + "/" + secret))
	return fmt.Sprintf("%x", sum)
}

func newSession(token, user, device, at string) *Session {
	return &Session{
		Token:  token,
		User:   user,
		Device: device,
		Since:  at,
		Pages:  make(map[string]int),
	}
}

func (s *Session) visit(at, page string) {
	s.Pages[page]++
	s.History = append(s.History, at+" "+page)
}

// copy returns what the caller may read without the lock.
func (s *Session) copy() *Session {
	c := *s
	c.Pages = make(map[string]int)
	for page, visits := range s.Pages {
		c.Pages[page] = visits
	}
	return &c
}
