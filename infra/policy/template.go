package policy

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Resolve returns a part of a template with texts for Ref, Fn::GetAtt, Fn::ImportValue, Fn::Join and Fn::Sub. values has
// parameters and pseudo parameters by name (AWS::Partition), and attributes by Resource.Attribute. A name without a value
// becomes itself, so that logical ids identify resources. Other functions are an error.
func Resolve(part any, values map[string]string) (any, error) {
	switch v := part.(type) {
	case map[string]any:
		if len(v) == 1 {
			for name, argument := range v {
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return resolveFunction(name, argument, values)
				}
			}
		}
		members := make(map[string]any, len(v))
		for key, member := range v {
			resolved, err := Resolve(member, values)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			members[key] = resolved
		}
		return members, nil
	case []any:
		return resolveList(v, values)
	}
	return part, nil
}

func resolveList(list []any, values map[string]string) ([]any, error) {
	resolved := make([]any, len(list))
	for i, element := range list {
		var err error
		if resolved[i], err = Resolve(element, values); err != nil {
			return nil, err
		}
	}
	return resolved, nil
}

func resolveFunction(name string, argument any, values map[string]string) (any, error) {
	switch name {
	case "Fn::ImportValue": // the value of an export has the export's name
		return lookUpValue(fmt.Sprint(argument), values), nil
	case "Ref":
		return lookUpValue(fmt.Sprint(argument), values), nil
	case "Fn::GetAtt":
		if path, isText := argument.(string); isText {
			return lookUpValue(path, values), nil
		}
		path, isList := argument.([]any)
		if !isList || len(path) != 2 {
			return nil, fmt.Errorf("Fn::GetAtt of %v", argument)
		}
		return lookUpValue(fmt.Sprintf("%v.%v", path[0], path[1]), values), nil
	case "Fn::Sub":
		text, isText := argument.(string)
		if !isText {
			return nil, fmt.Errorf("Fn::Sub with a map is not supported")
		}
		return variable.ReplaceAllStringFunc(text, func(match string) string {
			if strings.HasPrefix(match, "${!") {
				return "${" + match[3:]
			}
			return lookUpValue(match[2:len(match)-1], values)
		}), nil
	case "Fn::Join":
		return joinTexts(argument, values)
	}
	return nil, fmt.Errorf("%s is not supported", name)
}

func joinTexts(argument any, values map[string]string) (any, error) {
	arguments, isList := argument.([]any)
	if !isList || len(arguments) != 2 {
		return nil, fmt.Errorf("Fn::Join of %v", argument)
	}
	list, isList := arguments[1].([]any)
	if !isList {
		return nil, fmt.Errorf("Fn::Join of %v", argument)
	}
	resolved, err := resolveList(list, values)
	if err != nil {
		return nil, err
	}
	parts := make([]string, len(resolved))
	for i, part := range resolved {
		parts[i] = fmt.Sprint(part)
	}
	return strings.Join(parts, fmt.Sprint(arguments[0])), nil
}

func lookUpValue(name string, values map[string]string) string {
	if value, known := values[name]; known {
		return value
	}
	return name
}

// FromTemplate returns a policy document in a template, resolved as by [Resolve].
func FromTemplate(part any, values map[string]string) (Document, error) {
	resolved, err := Resolve(part, values)
	if err != nil {
		return Document{}, err
	}
	text, err := json.Marshal(resolved)
	if err != nil {
		return Document{}, err
	}
	return Parse(text)
}
