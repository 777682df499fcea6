package simaws

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// limits are the page sizes of an operation: what it returns unasked, and the least and most that may be asked for.
type limits struct{ usual, least, most int }

// page cuts one page out of all. The next token is nil on the last page.
func page[T any](c *call, all []T, token string, asked *number, l limits) (items []T, next any, err error) {
	size, err := c.pageSize(asked, l)
	if err != nil {
		return nil, nil, err
	}
	start, err := c.offset(token)
	if err != nil {
		return nil, nil, err
	}
	if start > len(all) {
		start = len(all)
	}
	end := min(start+size, len(all))
	if c.fault != nil && start < len(all) {
		switch c.fault.Kind {
		case EmptyPage:
			return []T{}, c.token(start), nil
		case RepeatedToken:
			return all[start:end], first(token, c.token(start)), nil
		}
	}
	if end == len(all) {
		return append([]T{}, all[start:end]...), nil, nil
	}
	return all[start:end], c.token(end), nil
}

func (c *call) pageSize(asked *number, l limits) (int, error) {
	if asked == nil || *asked == 0 && l.least == 0 {
		return l.usual, nil
	}
	const sentence = "1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value %s than or equal to %d"
	size := int(*asked)
	if size > l.most {
		return 0, c.invalidf(sentence, size, "less", l.most)
	}
	if least := max(l.least, 1); size < least {
		return 0, c.invalidf(sentence, size, "greater", least)
	}
	return size, nil
}

// token is opaque to clients and good for one operation in one account and region only.
func (c *call) token(offset int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", offset, c.tokenMark()))
}

func (c *call) tokenMark() string { return c.draw("token", c.service.name, c.operation.name).hex(24) }

func (c *call) offset(token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	position, mark, found := strings.Cut(string(raw), ".")
	offset, numeric := strconv.Atoi(position)
	if err != nil || !found || numeric != nil || mark != c.tokenMark() {
		return 0, c.failf(first(c.service.badToken, c.service.protocol.usual().badToken), "The pagination token is invalid.")
	}
	return offset, nil
}
