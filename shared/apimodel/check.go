package apimodel

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// checker collects what a model refuses in one input.
type checker struct {
	service *Service
	errors  []string
}

func (c *checker) refusef(path string, value any, format string, args ...any) {
	c.errors = append(c.errors, fmt.Sprintf("Value '%v' at '%s' failed to satisfy constraint: ", value, path)+fmt.Sprintf(format, args...))
}

func (c *checker) check(s *Shape, value any, path string) {
	switch s.Type {
	case "structure":
		c.checkStructure(s, value, path)
	case "list":
		c.checkList(s, value, path)
	case "map":
		c.checkMap(s, value, path)
	case "string":
		c.checkText(s, value, path)
	case "integer", "long", "float", "double":
		c.checkNumber(s, value, path)
	case "boolean":
		if text := fmt.Sprint(value); text != "true" && text != "false" {
			c.refusef(path, value, "Member must be a Boolean")
		}
	}
}

func (c *checker) checkStructure(s *Shape, value any, path string) {
	given, is := value.(map[string]any)
	if !is {
		c.refusef(path, value, "Member must be a structure")
		return
	}
	known := make(map[string]string, len(s.Members))
	for name, m := range s.Members {
		known[foldName(name)] = name
		if m.Name != "" {
			known[foldName(m.Name)] = name
		}
	}
	present := map[string]bool{}
	for wireName, v := range given {
		name, ok := known[foldName(wireName)]
		if !ok {
			c.refusef(joinPath(path, wireName), v, "Member is unknown; known are %s", strings.Join(listNames(s.Members), ", "))
			continue
		}
		if v == nil {
			continue
		}
		present[name] = true
		c.check(c.service.Shapes[s.Members[name].Shape], v, joinPath(path, name))
	}
	for _, name := range s.Required {
		if place := s.Members[name].Place; !present[name] && place != "header" && place != "headers" {
			c.refusef(joinPath(path, name), "null", "Member must not be null")
		}
	}
}

// foldName makes names equal that differ in case and in the hyphens of a query string: each protocol has its own way.
func foldName(name string) string { return strings.ToLower(strings.ReplaceAll(name, "-", "")) }

func listNames(members map[string]Member) []string {
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func joinPath(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

// checkList takes one value for a list of one, and "" for an empty list, as forms and query strings write them.
func (c *checker) checkList(s *Shape, value any, path string) {
	list, is := value.([]any)
	switch {
	case !is && value == "":
	case !is:
		list = []any{value}
	}
	c.checkRange(s, float64(len(list)), value, path, "length")
	for i, element := range list {
		c.check(c.service.Shapes[s.Element], element, fmt.Sprintf("%s.%d.member", path, i+1))
	}
}

func (c *checker) checkMap(s *Shape, value any, path string) {
	entries, is := value.(map[string]any)
	if !is {
		c.refusef(path, value, "Member must be a map")
		return
	}
	c.checkRange(s, float64(len(entries)), value, path, "length")
	for key, element := range entries {
		c.check(c.service.Shapes[s.Key], key, path+".key")
		c.check(c.service.Shapes[s.Element], element, joinPath(path, key))
	}
}

func (c *checker) checkText(s *Shape, value any, path string) {
	text, is := value.(string)
	if !is {
		c.refusef(path, value, "Member must be a text")
		return
	}
	c.checkRange(s, float64(utf8.RuneCountInString(text)), value, path, "length")
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
		c.refusef(path, value, "Member must satisfy enum value set: [%s]", strings.Join(s.Enum, ", "))
	}
	if s.Pattern != "" && !compilePattern(s.Pattern).MatchString(text) {
		c.refusef(path, value, "Member must satisfy regular expression pattern: %s", s.Pattern)
	}
}

func (c *checker) checkNumber(s *Shape, value any, path string) {
	n, is := value.(float64)
	if text, isText := value.(string); isText {
		parsed, err := strconv.ParseFloat(text, 64)
		n, is = parsed, err == nil
	}
	if !is {
		c.refusef(path, value, "Member must be a number")
		return
	}
	c.checkRange(s, n, value, path, "value")
}

// checkRange refuses a number, or a length, that is too small or too large. what names it, as AWS does.
func (c *checker) checkRange(s *Shape, n float64, value any, path, what string) {
	if s.Min != nil && n < *s.Min {
		c.refusef(path, value, "Member must have %s greater than or equal to %v", what, *s.Min)
	}
	if s.Max != nil && n > *s.Max {
		c.refusef(path, value, "Member must have %s less than or equal to %v", what, *s.Max)
	}
}

var patterns sync.Map // of compiled patterns, by text

// compilePattern returns the expression that matches a whole text. The generator has left out what does not compile.
func compilePattern(pattern string) *regexp.Regexp {
	if found, ok := patterns.Load(pattern); ok {
		return found.(*regexp.Regexp)
	}
	compiled := regexp.MustCompile(`^(?:` + pattern + `)$`)
	patterns.Store(pattern, compiled)
	return compiled
}
