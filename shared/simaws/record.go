package simaws

import (
	"sync"
	"time"
)

// Call is the record of one request.
type Call struct {
	Time      time.Time // wall clock
	Account   string
	Region    string // of the signature; us-east-1 for global services
	Service   string // signing name, such as ce
	Operation string
	Principal string // ARN of the user or role session
	Status    int    // HTTP status; 0 when the connection was cut
	Error     string // error code, "" for success
	Duration  time.Duration
}

// Calls returns the newest recorded calls, oldest first.
func (o *Organization) Calls() []Call { return o.record.list() }

// ForgetCalls empties the record.
func (o *Organization) ForgetCalls() { o.record.clear() }

// record is a ring of calls.
type record struct {
	mu    sync.Mutex
	keep  int
	calls []Call
	next  int // position of the oldest call once the ring is full
}

func (r *record) add(c Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.calls) < r.keep {
		r.calls = append(r.calls, c)
		return
	}
	r.calls[r.next] = c
	r.next = (r.next + 1) % r.keep
}

func (r *record) list() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append(append([]Call{}, r.calls[r.next:]...), r.calls[:r.next]...)
}

func (r *record) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls, r.next = nil, 0
}
