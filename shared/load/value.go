package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"view360/shared/snapshot"
)

// errAbsent rejects a row whose required value is absent.
var errAbsent = errors.New("is missing")

// cell is a value as COPY takes it. Empty text means NULL in columns that do not hold text.
type cell struct {
	text    string
	null    bool
	adapted bool // the value was changed to fit
}

var nullCell = cell{null: true}

// convertValue converts one JSON value to a cell of the column; the error says why a value does not fit.
func (c Column) convertValue(v jsontext.Value) (cell, error) {
	if len(v) == 0 || v.Kind() == 'n' {
		return nullCell, nil
	}
	switch c.Type.kind {
	case text, enumerated:
		return c.convertText(v)
	case integer:
		return c.convertInteger(v)
	case numeric:
		return c.convertNumeric(v)
	case boolean:
		return c.convertBoolean(v)
	case timestamp:
		return c.convertTime(v, func(t time.Time) string { return t.Format(timestampFormat) })
	case date:
		return c.convertTime(v, func(t time.Time) string { return t.Format(time.DateOnly) })
	default:
		return c.convertJSON(v)
	}
}

// timestampFormat is a timestamptz as PostgreSQL reads it, to the microsecond that it stores.
const timestampFormat = "2006-01-02 15:04:05.999999Z07:00"

// toText returns the text of a JSON string, or the JSON text of another value in the form of the Python version.
// PostgreSQL cannot store NUL, which is removed, and half a surrogate pair, which becomes U+FFFD.
func toText(v jsontext.Value) (s string, adapted bool) {
	if v.Kind() != '"' {
		return toSpacedJSON(v), false
	}
	if inner := v[1 : len(v)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) { // the common case
		return string(inner), false
	}
	unquoted, err := jsontext.AppendUnquote(nil, v) // the error reports half a pair
	if i := bytes.IndexByte(unquoted, 0); i < 0 {
		return string(unquoted), err != nil
	}
	return string(bytes.ReplaceAll(unquoted, []byte{0}, nil)), true
}

func (c Column) convertText(v jsontext.Value) (cell, error) {
	s, adapted := toText(v)
	if c.Rule == Join && v.Kind() == '[' {
		var err error
		if s, adapted, err = joinTexts(v); err != nil {
			return cell{}, err
		}
	}
	if c.Map != nil {
		s = c.Map(s)
	}
	if c.Type.kind == enumerated && !granularities[s] {
		return cell{}, fmt.Errorf("%q is not one of DAILY, WEEKLY, MONTHLY, YEARLY", s)
	}
	limit := c.Type.length
	if limit == 0 || len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return cell{text: s, adapted: adapted}, nil
	}
	switch c.Rule {
	case Cut, Join:
		return cell{text: truncate(s, limit), adapted: true}, nil
	case CutAtComma:
		s = truncate(s, limit)
		if i := strings.LastIndexByte(s, ','); i > 0 {
			s = s[:i]
		}
		return cell{text: s, adapted: true}, nil
	default: // only in a key; see [encoder.adaptColumn]
		return cell{text: truncate(s, limit)}, &tooLongError{utf8.RuneCountInString(s), limit}
	}
}

// tooLongError rejects a row whose text is longer than its column.
type tooLongError struct{ length, limit int }

func (e *tooLongError) Error() string {
	return fmt.Sprintf("has %d characters, more than %d", e.length, e.limit)
}

// joinTexts returns a list of texts as one text, separated by commas.
func joinTexts(v jsontext.Value) (string, bool, error) {
	var parts []jsontext.Value
	if err := json.Unmarshal(v, &parts, lenient); err != nil {
		return "", false, fmt.Errorf("is not a list: %w", err)
	}
	texts, adapted := make([]string, len(parts)), false
	for i, part := range parts {
		var changed bool
		texts[i], changed = toText(part)
		adapted = adapted || changed
	}
	return strings.Join(texts, ","), adapted, nil
}

var granularities = map[string]bool{"DAILY": true, "WEEKLY": true, "MONTHLY": true, "YEARLY": true}

func truncate(s string, characters int) string {
	for i := range s {
		if characters == 0 {
			return s[:i]
		}
		characters--
	}
	return s
}

// parseDecimal returns the digits of a JSON number, or of a text that holds one, without conversion to a binary float.
func parseDecimal(v jsontext.Value) (string, error) {
	s := string(v)
	if v.Kind() == '"' {
		s, _ = toText(v)
		s = strings.TrimSpace(s)
	}
	switch {
	case s == "":
		return "", nil
	case len(s) > maxDigits:
		return "", fmt.Errorf("has %d digits, more than %d", len(s), maxDigits)
	case !isNumber(s):
		return "", fmt.Errorf("%s is not a number", toExcerpt(v))
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(s), "e")
	if !strings.ContainsAny(mantissa, "123456789") {
		return "0", nil // for any exponent
	}
	return s, nil
}

// maxDigits is above every amount and below the limit of PostgreSQL.
const maxDigits = 1_000

func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	if s == "" || strings.Trim(s, "0123456789.eE+-") != "" || s[0] < '0' || s[0] > '9' {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

// countWholeDigits returns the number of digits before the decimal point, without leading zeros, with the exponent
// applied.
func countWholeDigits(s string) int {
	s = strings.TrimPrefix(s, "-")
	mantissa, _, _ := strings.Cut(strings.ToLower(s), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	significant := strings.TrimLeft(whole+fraction, "0")
	if significant == "" {
		return 0
	}
	return max(len(whole)-(len(whole+fraction)-len(significant))+parseExponent(s), 0)
}

func (c Column) convertNumeric(v jsontext.Value) (cell, error) {
	s, err := parseDecimal(v)
	if err != nil || s == "" {
		return cell{null: s == ""}, err
	}
	room := c.Type.precision - c.Type.scale
	digits := countWholeDigits(s)
	if digits < room || digits == room && !roundsUp(s, room, c.Type.scale) {
		if parseExponent(s) < -maxDigits {
			s = "0" // rounds to zero at the column's scale
		}
		return cell{text: s}, nil
	}
	if c.Rule == Clamp {
		most := strings.Repeat("9", room) + "." + strings.Repeat("9", c.Type.scale)
		if strings.HasPrefix(s, "-") {
			most = "-" + most
		}
		return cell{text: most, adapted: true}, nil
	}
	return cell{}, fmt.Errorf("%s does not fit numeric(%d,%d)", toExcerpt(v), c.Type.precision, c.Type.scale)
}

// parseExponent returns the number after e, or 0. A number that does not fit an int is clamped to ±1e6.
func parseExponent(s string) int {
	_, exponent, has := strings.Cut(strings.ToLower(s), "e")
	n, err := strconv.Atoi(exponent)
	switch {
	case !has:
		return 0
	case err == nil:
		return n
	case strings.HasPrefix(exponent, "-"):
		return -1_000_000
	default:
		return 1_000_000
	}
}

// roundsUp reports whether rounding adds a digit before the decimal point to a number that uses all of the column.
func roundsUp(s string, room, scale int) bool {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return true
	}
	limit := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(room)), nil))
	half := new(big.Rat).SetFrac(big.NewInt(5), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale+1)), nil))
	return r.Abs(r).Add(r, half).Cmp(limit) >= 0
}

func (c Column) convertInteger(v jsontext.Value) (cell, error) {
	s, err := parseDecimal(v)
	if err != nil || s == "" {
		return cell{null: s == ""}, err
	}
	if n, err := strconv.ParseInt(s, 10, 32); err == nil {
		return cell{text: strconv.FormatInt(n, 10)}, nil
	}
	if countWholeDigits(s) > 10 || parseExponent(s) < -maxDigits {
		return cell{}, fmt.Errorf("%s does not fit an integer", toExcerpt(v))
	}
	r, _ := new(big.Rat).SetString(s)
	rounded := r.FloatString(0) // half away from zero, as numeric does
	if c.Rule == AtLeastOne && rounded == "0" && r.Sign() > 0 {
		rounded = "1"
	}
	n, err := strconv.ParseInt(rounded, 10, 32)
	if err != nil {
		return cell{}, fmt.Errorf("%s does not fit an integer", toExcerpt(v))
	}
	return cell{text: strconv.FormatInt(n, 10), adapted: !r.IsInt() && c.Rule != AtLeastOne}, nil
}

func (c Column) convertBoolean(v jsontext.Value) (cell, error) {
	switch v.Kind() {
	case 't':
		return cell{text: "t"}, nil
	case 'f':
		return cell{text: "f"}, nil
	default:
		return cell{}, fmt.Errorf("%s is neither true nor false", toExcerpt(v))
	}
}

func (c Column) convertTime(v jsontext.Value, format func(time.Time) string) (cell, error) {
	if v.Kind() != '"' {
		return cell{}, fmt.Errorf("%s is not a time", toExcerpt(v))
	}
	s, adapted := toText(v)
	if s == "" {
		return nullCell, nil
	}
	t, exact, err := snapshot.ParseTime(s)
	if t = t.Round(time.Microsecond); err != nil || t.Year() < 1 || t.Year() > 9999 {
		return cell{}, fmt.Errorf("%s is not a time", toExcerpt(v))
	}
	out := format(t)
	if c.Map != nil {
		out = c.Map(out)
	}
	return cell{text: out, adapted: adapted || !exact}, nil
}

func (c Column) convertJSON(v jsontext.Value) (cell, error) {
	if k := v.Kind(); k != '{' && k != '[' {
		return cell{}, fmt.Errorf("%s is neither an object nor an array", toExcerpt(v))
	}
	var out bytes.Buffer
	adapted := false
	d, e := jsontext.NewDecoder(bytes.NewReader(v), lenient), jsontext.NewEncoder(&out, lenient)
	for {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return cell{text: strings.TrimSuffix(out.String(), "\n"), adapted: adapted}, nil
		}
		if err != nil {
			return cell{}, err
		}
		switch token.Kind() {
		case '"':
			s := token.String()
			if strings.Contains(s, "\x00") {
				token, adapted = jsontext.String(strings.ReplaceAll(s, "\x00", "")), true
			}
		case '0':
			if s := token.String(); len(s) > maxDigits || countWholeDigits(s) > maxDigits || parseExponent(s) < -maxDigits {
				return cell{}, fmt.Errorf("holds the number %s, which cannot be stored", toExcerpt(jsontext.Value(s)))
			}
		}
		if err := e.WriteToken(token); err != nil {
			return cell{}, err
		}
	}
}

// lenient are the options for values that index has validated: names may repeat, and half a surrogate pair is replaced.
var lenient = json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

// toSpacedJSON returns JSON text with a space after , and :, and non-ASCII escaped: the form that dashboards search for.
func toSpacedJSON(v jsontext.Value) string {
	compact := v.Clone()
	if err := compact.Compact(); err != nil {
		return string(v)
	}
	var out strings.Builder
	inText := false
	for i := 0; i < len(compact); {
		r, size := utf8.DecodeRune(compact[i:])
		switch {
		case r == '\\':
			out.Write(compact[i : i+2])
			i += 2
			continue
		case r == '"':
			inText = !inText
			out.WriteByte('"')
		case r >= 0x10000:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		case r >= 0x80:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteByte(byte(r))
			if !inText && (r == ',' || r == ':') {
				out.WriteByte(' ')
			}
		}
		i += size
	}
	return out.String()
}

// toExcerpt returns the beginning of a value, for people.
func toExcerpt(v jsontext.Value) string {
	return truncate(strings.ToValidUTF8(string(v), "�"), maxExcerpt)
}

const maxExcerpt = 60 // characters
