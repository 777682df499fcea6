package page

import (
	"slices"
	"strings"
	"time"

	"view360/shared/catalog"
	"view360/shared/collect"
)

// reading is the newest run that read a source, with the status of the section that the source shares with others.
type reading struct {
	Account, Name, Region, Service, Outcome string
	Run                                     int64
	RunAt                                   time.Time
	SuccessAt                               *time.Time
}

// message is what a run said about one source.
type message struct {
	Run        int64
	Kind, Text string
}

// outcomesOf gives each source its outcome. The database keeps a status for each section of the snapshot, of which
// security holds several sources; the messages tell those apart.
func outcomesOf(readings []reading, messages []message) []outcome {
	texts := map[int64]map[string][]string{} // by run and kind
	for _, m := range messages {
		if texts[m.Run] == nil {
			texts[m.Run] = map[string][]string{}
		}
		texts[m.Run][m.Kind] = append(texts[m.Run][m.Kind], m.Text)
	}
	type key struct{ account, region, service string }
	var all []outcome
	known := map[key]int{}
	for _, r := range readings {
		o := r.outcome(texts[r.Run])
		i, seen := known[key{o.Account, o.Region, o.Service}]
		switch {
		case !seen:
			known[key{o.Account, o.Region, o.Service}] = len(all)
			all = append(all, o)
		case worse(o, all[i]) < 0, worse(o, all[i]) == 0 && o.RunAt.After(all[i].RunAt): // it fills several sections
			all[i] = o
		}
	}
	return all
}

// outcome reads the run's messages about the source; without one the status of its section counts.
func (r reading) outcome(texts map[string][]string) outcome {
	o := outcome{Account: r.Account, Name: r.Name, Region: r.Region, Service: r.Service, RunAt: r.RunAt, SuccessAt: r.SuccessAt}
	source, _ := catalog.FindByName(r.Service)
	o.Status, o.Reason = statusOf(source, texts)
	unclassified := o.Status == "" || o.Status == collect.Warned // as in all of the first generation's messages
	switch {
	case r.Outcome == "Fail" && unclassified && !explained(texts):
		o.Status = collect.Failed
	case o.Status != "":
	case r.Outcome == "Skipped":
		o.Status = collect.Skipped
	default:
		o.Status = collect.Passed
	}
	if o.Status == collect.Passed || o.Status == collect.Warned {
		o.SuccessAt = &o.RunAt
	}
	return o
}

// explained reports whether a run said which source failed. A section fails when one of its sources does.
func explained(texts map[string][]string) bool {
	for _, of := range texts {
		if slices.ContainsFunc(of, func(text string) bool { return leading(text).Failure() }) {
			return true
		}
	}
	return false
}

// statusOf reads a source's messages, which begin with its status. It is "" when there are none.
func statusOf(source catalog.Source, texts map[string][]string) (status collect.Status, reason string) {
	var reasons []string
	for _, section := range source.Sections {
		for _, text := range texts[kindOf(section)] {
			switch found := leading(text); {
			case text == "Skipped" || text == "Fail" || text == "Pass": // said by the section's status too
			case found != "":
				status, reasons = found, append(reasons, strings.TrimPrefix(text, string(found)+": "))
			default:
				reasons = append(reasons, text)
			}
		}
	}
	if status == "" && len(reasons) > 0 {
		status = collect.Warned
	}
	return status, strings.Join(reasons, "; ")
}

func leading(text string) collect.Status {
	for _, status := range badness {
		if strings.HasPrefix(text, string(status)+": ") {
			return status
		}
	}
	return ""
}
