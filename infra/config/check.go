package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"view360/shared/snapshot"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Mistake is an error for one invalid field.
type Mistake struct {
	Line    int    // 0 if the field is not in the file
	Field   string // such as collection.regions[1]
	Value   string
	Allowed string
}

func (m *Mistake) Error() string {
	line := ""
	if m.Line > 0 {
		line = fmt.Sprintf("line %d: ", m.Line)
	}
	if m.Value == "" {
		return fmt.Sprintf("%s%s is missing: %s", line, m.Field, m.Allowed)
	}
	return fmt.Sprintf("%s%s is %q: %s", line, m.Field, m.Value, m.Allowed)
}

// checker collects the mistakes of a file.
type checker struct {
	file     *ast.File
	mistakes []error
}

func (c *checker) addMistake(field string, value any, allowed string) {
	c.mistakes = append(c.mistakes, &Mistake{c.findLine(field), field, fmt.Sprint(value), allowed})
}

// findLine returns the line of a field or, if it is not in the file, of its nearest parent; 0 if there is none.
func (c *checker) findLine(field string) int {
	for field != "" {
		path, err := yaml.PathString("$." + field)
		if err != nil {
			return 0
		}
		if node, err := path.FilterFile(c.file); err == nil && node != nil {
			return node.GetToken().Position.Line
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
	return 0
}

// form is the pattern of a valid text, and its description for error messages.
type form struct {
	pattern *regexp.Regexp
	allowed string
}

var (
	accountForm  = form{regexp.MustCompile(`^` + snapshot.AccountPattern + `$`), "an account id has 12 digits, in quotes"}
	regionForm   = form{regexp.MustCompile(`^` + snapshot.RegionPattern + `$`), "write a region such as eu-west-1"}
	zoneForm     = form{regexp.MustCompile(`^` + snapshot.RegionPattern + `[a-z]$`), "write a zone such as eu-west-1a"}
	unitForm     = form{regexp.MustCompile(`^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$`), "write a unit such as ou-ab12-cdef3456, or the root such as r-ab12"}
	nameForm     = form{regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,30}$`), "begin with a letter; letters, digits and hyphens, at most 31"}
	cronForm     = form{regexp.MustCompile(`^(off|cron\(\S+( \S+){5}\)|rate\(\d+ (minutes?|hours?|days?)\))$`), "write cron(0 1 * * ? *), rate(1 day) or off"}
	emailForm    = form{regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`), "write an address such as oncall@example.com"}
	versionForm  = form{regexp.MustCompile(`^1[5-9]\.\d+$`), "write a version of Aurora PostgreSQL such as 17.4, in quotes; capacity 0 needs 15.7, 16.3 or later"}
	imageForm    = form{regexp.MustCompile(`^ami-[0-9a-f]{8,17}$`), "name the image of the instance, such as ami-0abcdef1234567890"}
	bucketForm   = form{regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`), "write the bucket's name"}
	keyForm      = form{regexp.MustCompile(`^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[0-9a-zA-Z-]+$`), "write the key's ARN, arn:aws:kms:region:account:key/id"}
	secretForm   = form{regexp.MustCompile(`^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$`), "write the secret's ARN"}
	clockForm    = form{regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`), "write a time such as 06:00, in quotes"}
	externalForm = form{regexp.MustCompile(`^[\w+=,.@:/-]{8,128}$`), "choose 8 to 128 letters, digits and +=,.@:/-_"}
	roleForm     = form{regexp.MustCompile(`^[\w+=,.@-]{1,64}$`), "write a role name of letters, digits and +=,.@-_, at most 64"}
	idForm       = form{regexp.MustCompile(`^o-[a-z0-9]{10,32}$`), "write the organization's id such as o-a1b2c3d4e5"}
)

// buildIDForm returns the form of an EC2 id with the prefix.
func buildIDForm(prefix string) form {
	return form{regexp.MustCompile(`^` + prefix + `-[0-9a-z]{8,17}$`), "write an id such as " + prefix + "-0123456789abcdef0"}
}

// checkForm adds a mistake if the value does not match.
func (c *checker) checkForm(field, value string, f form) {
	if !f.pattern.MatchString(value) {
		c.addMistake(field, value, f.allowed)
	}
}

// checkForms adds a mistake for each element that does not match or repeats another one.
func (c *checker) checkForms(field string, values []string, f form) {
	for i, value := range values {
		at := fmt.Sprintf("%s[%d]", field, i)
		c.checkForm(at, value, f)
		if slices.Contains(values[:i], value) {
			c.addMistake(at, value, "it is already in the list")
		}
	}
}

// checkOneOf adds a mistake if the value is not allowed.
func (c *checker) checkOneOf(field, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		c.addMistake(field, value, "use "+strings.Join(allowed[:len(allowed)-1], ", ")+" or "+allowed[len(allowed)-1])
	}
}

// checkRange adds a mistake if the value is below low or above high.
func (c *checker) checkRange(field string, value, low, high float64) {
	if value < low || value > high {
		c.addMistake(field, value, fmt.Sprintf("use %v to %v", low, high))
	}
}
