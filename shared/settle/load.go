package settle

import (
	"context"
	"encoding/json"
	"slices"

	"view360/shared/fault"
	"view360/shared/outcome"
)

// LoadInput is the input of the settle function of the load machine.
type LoadInput struct {
	Execution string            `json:"execution"` // ARN
	Redrives  int               `json:"redrives"`  // the redrive count that was used last
	Key       string            `json:"key"`       // of the snapshot
	Groups    []GroupFunction   `json:"groups"`    // all table groups and their functions
	Results   []json.RawMessage `json:"results"`   // what each loader returned, or the error that was caught
}

// GroupFunction is a table group and the function that loads it.
type GroupFunction struct {
	Group    string `json:"group"`
	Function string `json:"function"`
}

// LoadOutput is the output: what to load again.
type LoadOutput struct {
	Retry    bool              `json:"again"` // load Groups, which failed; Results are those of the others
	Redrives int               `json:"redrives"`
	Groups   []GroupFunction   `json:"groups"`
	Results  []json.RawMessage `json:"results"`
}

// recordGroup is the group of the record function's result.
const recordGroup = "logs"

// LoadHandler is the settle function of the load machine.
type LoadHandler struct{ Executions API }

// Handle fails with [PartialLoad] if a table group failed. After a redrive of the execution it returns these groups instead.
func (l LoadHandler) Handle(ctx context.Context, in LoadInput) (LoadOutput, error) {
	out := LoadOutput{Redrives: in.Redrives, Groups: []GroupFunction{}, Results: []json.RawMessage{}}
	var lines []string
	for _, raw := range in.Results {
		var result struct{ Group, Error, Cause string }
		if err := json.Unmarshal(raw, &result); err != nil {
			return LoadOutput{}, fault.New(outcome.Failed, "reading the result of a loader: %w", err)
		}
		if result.Error == "" {
			if result.Group != recordGroup { // written again after the groups
				out.Results = append(out.Results, raw)
			}
			continue
		}
		lines = append(lines, formatLine("%s %s: %s", in.Key, result.Group, fault.CauseMessage(result.Error, result.Cause)))
		i := slices.IndexFunc(in.Groups, func(g GroupFunction) bool { return g.Group == result.Group })
		if i < 0 {
			return LoadOutput{}, fault.New(outcome.Failed, "loader %q failed and is not one of the groups", result.Group)
		}
		out.Groups = append(out.Groups, in.Groups[i])
	}
	if len(lines) == 0 {
		out.Results = in.Results
		return out, nil
	}
	redrives, err := readRedriveCount(ctx, l.Executions, in.Execution)
	if err != nil {
		return LoadOutput{}, fault.Classify(err)
	}
	if redrives <= in.Redrives {
		return LoadOutput{}, newPartial(PartialLoad, lines)
	}
	out.Retry, out.Redrives = true, redrives
	return out, nil
}
