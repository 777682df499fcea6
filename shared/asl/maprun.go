package asl

import (
	"encoding/json"
	"fmt"
	"time"
)

// MapRun is one run of a distributed map, as plain data: what DescribeMapRun says, and what a redrive needs.
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
	MaxConcurrency      int     // side by side
	ToleratedPercentage float64 // percentage of children that may fail
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
func (x *Execution) MapRuns() []MapRun {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.copyMapRuns()
}

func (x *Execution) copyMapRuns() []MapRun {
	runs := make([]MapRun, len(x.mapRuns))
	for i, run := range x.mapRuns {
		runs[i] = *run
		runs[i].Children = append([]Child(nil), run.Children...)
	}
	return runs
}

// beginMapRun starts a map run, or redrives the one that the map state is in the middle of.
func (x *Execution) beginMapRun(arn, state, label string, side int, tolerated float64) *MapRun {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, run := range x.mapRuns {
		if run.ARN == arn {
			run.Status, run.Stopped, run.Redriven = Running, time.Time{}, x.engine.now()
			run.RedriveCount++
			return run
		}
	}
	run := &MapRun{
		ARN:       fmt.Sprintf("%s/%s:%s-%d", arnOf("mapRun", x.Machine), label, x.Name, len(x.mapRuns)+1),
		Execution: x.ARN, State: state, Status: Running, Started: x.engine.now(), MaxConcurrency: side, ToleratedPercentage: tolerated,
	}
	x.mapRuns = append(x.mapRuns, run)
	return run
}

func (x *Execution) endMapRun(run *MapRun, status Status) {
	x.mu.Lock()
	defer x.mu.Unlock()
	run.Status, run.Stopped = status, x.engine.now()
}

func arnOf(kind string, m *Machine) string { return buildARN(kind, m.Name) }

// addChild notes a child that is about to start.
func (x *Execution) addChild(run *MapRun, child *Execution) {
	x.mu.Lock()
	defer x.mu.Unlock()
	run.Children = append(run.Children, Child{ARN: child.ARN, Status: Running})
}

// beginChild notes that a child runs again.
func (x *Execution) beginChild(run *MapRun, index int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	run.Children[index].Status = Running
}

// endChild notes how a child ended. Outputs beyond the size limit are dropped: together they cannot be a result.
func (x *Execution) endChild(run *MapRun, index int, s Description) {
	x.mu.Lock()
	defer x.mu.Unlock()
	run.endChild(index, s)
}

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

// decodeOutputs are those of the children that succeeded.
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

func (x *Execution) markAllRead(run *MapRun) {
	x.mu.Lock()
	defer x.mu.Unlock()
	run.AllRead = true
}

func (x *Execution) hasTooManyFailures(run *MapRun, failed int) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return run.exceedsTolerance(failed)
}

// exceedsTolerance reports whether too many children failed. The percentage is known when all items have been read.
func (run *MapRun) exceedsTolerance(failed int) bool {
	if !run.AllRead {
		return run.ToleratedPercentage == 0 && failed > 0
	}
	return float64(failed)*100 > run.ToleratedPercentage*float64(len(run.Children))
}
