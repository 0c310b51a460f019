package feed

// Event is one thing that happened.
type Event struct {
	Kind, Order, Detail string
	reply               chan []*Event
}

var events = make(chan *Event, 256)

// Publish adds an event to the feed.
func Publish(kind, order, detail string) {
	events <- &Event{Kind: kind, Order: order, Detail: detail}
}

// Recent returns the last events.
func Recent() []*Event {
	reply := make(chan []*Event, 1)
	events <- &Event{reply: reply}
	return <-reply
}
