package simaws

// bare is an answer that lacks the members that the call's fault takes from it. An API may leave out whatever it does
// not promise, so clients must do without.
func (c *call) bare(out any) any {
	depth, bared := map[Kind]int{Empty: 0, Hollow: 1, Flat: 2}[c.fault.Kind]
	if !bared {
		return out
	}
	if _, rooted := c.service.protocol.(restXML); rooted {
		depth++ // the answer is the only member of its document
	}
	return strip(plain(out), depth)
}

// strip takes the members from objects that are more than depth objects deep.
func strip(v any, depth int) any {
	switch v := v.(type) {
	case object:
		kept := object{}
		for name, value := range v {
			if depth > 0 {
				kept[name] = strip(value, depth-1)
			}
		}
		return kept
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = strip(v[i], depth)
		}
		return list
	default:
		return v
	}
}
