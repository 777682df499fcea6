package simaws

import "sync"

// memory counts requests of an account, for the few operations whose answer depends on an earlier one.
type memory struct {
	mu     sync.Mutex
	counts map[string]int
}

// rememberRequest counts one more request and returns the count.
func (l *location) rememberRequest(what string) int {
	l.memory.mu.Lock()
	defer l.memory.mu.Unlock()
	if l.memory.counts == nil {
		l.memory.counts = map[string]int{}
	}
	l.memory.counts[l.account.ID+what]++
	return l.memory.counts[l.account.ID+what]
}

// countRequests returns how often rememberRequest was called.
func (l *location) countRequests(what string) int {
	l.memory.mu.Lock()
	defer l.memory.mu.Unlock()
	return l.memory.counts[l.account.ID+what]
}
