package page

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// definition is what the graph needs of a state machine or of a map's processor.
type definition struct {
	StartAt string
	States  states
}

type stateDefinition struct {
	Name          string `json:"-"`
	Type          string
	Next, Default string
	Choices       []struct{ Next string }
	Catch         []struct{ Next string }
	ItemProcessor *definition
}

// states are in the order of the file, which is that of a reader.
type states []stateDefinition

// UnmarshalJSON reads the object that maps names to states.
func (s *states) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil { // {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		state := stateDefinition{}
		if err := decoder.Decode(&state); err != nil {
			return fmt.Errorf("decoding state %v: %w", name, err)
		}
		state.Name = fmt.Sprint(name)
		*s = append(*s, state)
	}
	return nil
}

// nextStates are the states that can follow: the ordinary one first.
func (s stateDefinition) nextStates() (names []string) {
	if s.Next != "" {
		names = append(names, s.Next)
	}
	if s.Default != "" {
		names = append(names, s.Default)
	}
	for _, c := range s.Choices {
		names = append(names, c.Next)
	}
	for _, c := range s.Catch {
		names = append(names, c.Next)
	}
	return names
}

// rankStates places each state below all that lead to it, as far as no way leads back.
func (d definition) rankStates() map[string]int {
	byName := map[string]stateDefinition{}
	for _, s := range d.States {
		byName[s.Name] = s
	}
	ranks := map[string]int{}
	var place func(name string, rank int, on map[string]bool)
	place = func(name string, rank int, on map[string]bool) {
		if on[name] { // the way leads back
			return
		}
		if at, placed := ranks[name]; placed && at >= rank {
			return
		}
		ranks[name] = rank
		on[name] = true
		for _, next := range byName[name].nextStates() {
			place(next, rank+1, on)
		}
		delete(on, name)
	}
	place(d.StartAt, 0, map[string]bool{})
	return ranks
}
