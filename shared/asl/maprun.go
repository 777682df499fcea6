package asl

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// MapRun is one run of a distributed map, as plain data: what DescribeMapRun returns, and what a redrive needs.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
type MapRun struct {
	ARN                 string
	Execution           string // ARN of the parent
	State               string
	Status              Status
	Started             time.Time
	Stopped             time.Time // zero while running
	Redriven            time.Time // the last redrive, zero without one
	RedriveCount        int
	MaxConcurrency      int
	ToleratedPercentage float64 // of children that may fail
	Children            []Child // one for each item that was read so far, in their order
	AllRead             bool    // every item has its child
	OutputBytes         int     // of all children that succeeded
}

// Child is one child execution of a map run.
type Child struct {
	ARN    string
	Status Status
	Output json.RawMessage `json:",omitempty"` // of a success, while all outputs are within the size limit
}

// MapRuns returns the map runs of the execution so far, in the order in which they started.
func (x *Execution) MapRuns() []MapRun { return x.mapRuns.copyRuns() }

// mapRunList holds the map runs of one execution, and alone changes them.
type mapRunList struct {
	mu   sync.Mutex
	runs []*MapRun
}

func (l *mapRunList) copyRuns() []MapRun {
	l.mu.Lock()
	defer l.mu.Unlock()
	runs := make([]MapRun, len(l.runs))
	for i, run := range l.runs {
		runs[i] = *run
		runs[i].Children = append([]Child(nil), run.Children...)
	}
	return runs
}

func (l *mapRunList) setRuns(runs []MapRun) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs = nil
	for _, run := range runs {
		l.runs = append(l.runs, &run)
	}
}

// beginMapRun starts a map run of x, or redrives the one with this ARN.
func (l *mapRunList) beginMapRun(x *Execution, arn, state string, m *mapState, concurrency int) *MapRun {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, run := range l.runs {
		if run.ARN == arn {
			run.Status, run.Stopped, run.Redriven = Running, time.Time{}, x.engine.now()
			run.RedriveCount++
			return run
		}
	}
	run := &MapRun{
		ARN:       fmt.Sprintf("%s/%s:%s-%d", buildARN("mapRun", x.Machine.Name), m.label, x.Name, len(l.runs)+1),
		Execution: x.ARN, State: state, Status: Running, Started: x.engine.now(),
		MaxConcurrency: concurrency, ToleratedPercentage: m.tolerated,
	}
	l.runs = append(l.runs, run)
	return run
}

func (l *mapRunList) endMapRun(run *MapRun, status Status, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	run.Status, run.Stopped = status, now
}

// addChild adds a child before it starts.
func (l *mapRunList) addChild(run *MapRun, child *Execution) {
	l.mu.Lock()
	defer l.mu.Unlock()
	run.Children = append(run.Children, Child{ARN: child.ARN, Status: Running})
}

// beginChild marks a redriven child as running.
func (l *mapRunList) beginChild(run *MapRun, index int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	run.Children[index].Status = Running
}

// endChild stores the result of a child.
func (l *mapRunList) endChild(run *MapRun, index int, s Description) {
	l.mu.Lock()
	defer l.mu.Unlock()
	run.endChild(index, s)
}

// markAllRead records that every item has its child.
func (l *mapRunList) markAllRead(run *MapRun) {
	l.mu.Lock()
	defer l.mu.Unlock()
	run.AllRead = true
}

func (l *mapRunList) hasTooManyFailures(run *MapRun, failed int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return run.exceedsTolerance(failed)
}

// endChild stores the result of a child. Outputs beyond the size limit are dropped: together they cannot be a result.
func (run *MapRun) endChild(index int, s Description) {
	child := &run.Children[index]
	child.Status = s.Status
	if s.Status != Succeeded {
		return
	}
	run.OutputBytes += len(s.Output) + 1
	if run.OutputBytes <= payloadLimit {
		child.Output = s.Output
	}
}

// exceedsTolerance reports whether too many children failed. The percentage is known when all items have been read.
func (run *MapRun) exceedsTolerance(failed int) bool {
	if !run.AllRead {
		return run.ToleratedPercentage == 0 && failed > 0
	}
	return float64(failed)*100 > run.ToleratedPercentage*float64(len(run.Children))
}

// decodeOutputs returns the outputs of the children that succeeded.
func (run *MapRun) decodeOutputs() ([]data, error) {
	if err := checkSize("the result of state "+run.State, run.OutputBytes); err != nil {
		return nil, err
	}
	outputs := []data{}
	for _, child := range run.Children {
		if child.Status != Succeeded {
			continue
		}
		value, err := decodeValue(child.Output)
		if err != nil {
			return nil, fmt.Errorf("decoding the output of %s: %w", child.ARN, err)
		}
		outputs = append(outputs, data{value, string(child.Output)})
	}
	return outputs, nil
}
