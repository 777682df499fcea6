package simaws

import "sync"

// memory counts what an account has asked for, for the few operations whose answer depends on an earlier call.
type memory struct {
	mu     sync.Mutex
	counts map[string]int
}

// remember counts one more and returns how often that was.
func (c *call) remember(what string) int {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	if c.memory.counts == nil {
		c.memory.counts = map[string]int{}
	}
	c.memory.counts[c.account.ID+what]++
	return c.memory.counts[c.account.ID+what]
}

// recall returns how often remember was called.
func (c *call) recall(what string) int {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	return c.memory.counts[c.account.ID+what]
}
