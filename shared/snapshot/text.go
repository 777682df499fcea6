package snapshot

// Text returns the value of an enumeration, or nil for the empty value of an answer without it.
func Text[T ~string](value T) *string {
	if value == "" {
		return nil
	}
	text := string(value)
	return &text
}

// TextOr returns the value of an optional text, or otherwise if it is absent or empty.
func TextOr(text *string, otherwise string) string {
	if text == nil || *text == "" {
		return otherwise
	}
	return *text
}
