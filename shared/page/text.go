package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// formatCount returns a number with commas: 26,082.
func formatCount(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// formatMoney returns US dollars: with cents below 100, as whole dollars below a million, then as thousands.
func formatMoney(usd float64) string {
	sign, size := "", math.Abs(usd)
	if usd < 0 {
		sign = "−"
	}
	switch {
	case size == 0:
		return "$0"
	case size < 100:
		return fmt.Sprintf("%s$%.2f", sign, size)
	case size < 1_000_000:
		return sign + "$" + formatCount(int64(math.Round(size)))
	default:
		return sign + "$" + formatCount(int64(math.Round(size/1000))) + "k"
	}
}

// formatPercent returns a fraction as a percentage: 12.3 % for 0.123.
func formatPercent(fraction float64) string { return fmt.Sprintf("%.1f %%", fraction*100) }

// formatChange returns the relative change from before to now with its sign, +12.3 %, or – if before is not positive.
func formatChange(now, before float64) string {
	if before <= 0 {
		return "–"
	}
	return strings.Replace(fmt.Sprintf("%+.1f %%", (now/before-1)*100), "-", "−", 1)
}

// formatAge returns an age in its largest unit: 3 h.
func formatAge(age time.Duration) string {
	switch {
	case age < time.Minute:
		return "now"
	case age < time.Hour:
		return fmt.Sprintf("%d m", int(age.Minutes()))
	case age < 48*time.Hour:
		return fmt.Sprintf("%d h", int(age.Hours()))
	default:
		return fmt.Sprintf("%d d", int(age.Hours()/24))
	}
}

func formatDay(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

func formatMinute(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") }

func formatDays(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// formatDuration returns a duration in its two largest units: 3 min 5 s.
func formatDuration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
}

// shortenText returns at most n characters of a text.
func shortenText(text string, n int) string {
	characters := []rune(text)
	if len(characters) <= n {
		return text
	}
	return string(characters[:n-1]) + "…"
}
