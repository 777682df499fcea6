package snapshot

// Text is an enumeration's value, or null when the API left it out.
func Text[T ~string](value T) *string {
	if value == "" {
		return nil
	}
	text := string(value)
	return &text
}

// TextOr is the value of an optional text, or otherwise when it is absent or empty.
func TextOr(text *string, otherwise string) string {
	if text == nil || *text == "" {
		return otherwise
	}
	return *text
}
