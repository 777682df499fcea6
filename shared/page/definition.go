package page

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// definition is the part of a state machine or of a map's processor that the graph needs.
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

// states keep the order of the file.
type states []stateDefinition

// UnmarshalJSON decodes the object that maps names to states.
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

// rankStates returns the row of each state: below all states that lead to it, except by a way back.
func (d definition) rankStates() map[string]int {
	byName := map[string]stateDefinition{}
	for _, s := range d.States {
		byName[s.Name] = s
	}
	ranks := map[string]int{}
	var visit func(name string, rank int, path map[string]bool)
	visit = func(name string, rank int, path map[string]bool) {
		if path[name] { // a way back
			return
		}
		if known, ranked := ranks[name]; ranked && known >= rank {
			return
		}
		ranks[name] = rank
		path[name] = true
		for _, next := range byName[name].nextStates() {
			visit(next, rank+1, path)
		}
		delete(path, name)
	}
	visit(d.StartAt, 0, map[string]bool{})
	return ranks
}

// nextStates returns the names of the states that can follow, the usual one first.
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
