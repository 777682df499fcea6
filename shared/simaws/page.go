package simaws

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// limits are the page sizes of an operation: the usual one, and the least and most that may be asked for.
type limits struct{ usual, least, most int }

// answerPage returns one page of all as an answer: items names the member with the items, next that with the next token.
func answerPage[T any](c *call, items string, all []T, next, token string, asked *number, l limits) (any, error) {
	page, nextToken, err := cutPage(c, all, token, asked, l)
	if err != nil {
		return nil, err
	}
	return object{items: page, next: nextToken}, nil
}

// cutPage returns one page of all. The next token is nil on the last page.
func cutPage[T any](c *call, all []T, token string, asked *number, l limits) (items []T, next any, err error) {
	size, err := c.parsePageSize(asked, l)
	if err != nil {
		return nil, nil, err
	}
	start, err := c.parseToken(token)
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
			return []T{}, c.newToken(start), nil
		case RepeatedToken:
			return all[start:end], cmp.Or(token, c.newToken(start)), nil
		case TokenCircle:
			if start > 0 {
				return all[start:end], c.newToken(0), nil
			}
			return all[:end], c.newToken(min(end, len(all)-1)), nil
		}
	}
	if end == len(all) {
		return append([]T{}, all[start:end]...), nil, nil
	}
	return all[start:end], c.newToken(end), nil
}

// parsePageSize returns the page size that was asked for, the usual one if none was.
func (c *call) parsePageSize(asked *number, l limits) (int, error) {
	if asked == nil || *asked == 0 && l.least == 0 {
		return l.usual, nil
	}
	const sentence = "1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value %s than or equal to %d"
	size := int(*asked)
	if size > l.most {
		return 0, c.newInvalidf(sentence, size, "less", l.most)
	}
	if least := max(l.least, 1); size < least {
		return 0, c.newInvalidf(sentence, size, "greater", least)
	}
	return size, nil
}

// newToken returns a token that is opaque to clients and valid for one operation in one account and region only.
func (c *call) newToken(offset int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", offset, c.tokenMark()))
}

func (c *call) tokenMark() string {
	return c.newChance("token", c.service.name, c.operation.name).hexDigits(24)
}

// parseToken returns the position that a token stands for.
func (c *call) parseToken(token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	position, mark, found := strings.Cut(string(raw), ".")
	offset, numeric := strconv.Atoi(position)
	if err != nil || !found || numeric != nil || mark != c.tokenMark() {
		return 0, c.newErrorf(c.service.errorCodes().BadToken, "The pagination token is invalid.")
	}
	return offset, nil
}
