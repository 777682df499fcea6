package waf

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"

	"view360/shared/snapshot"
)

func toDefault(a *types.DefaultAction) *snapshot.WAFAction {
	switch {
	case a == nil:
		return nil
	case a.Allow != nil:
		return &snapshot.WAFAction{Allow: toReply(a.Allow.CustomRequestHandling, nil)}
	case a.Block != nil:
		return &snapshot.WAFAction{Block: toReply(nil, a.Block.CustomResponse)}
	default:
		return &snapshot.WAFAction{}
	}
}

// toAction returns the rule's own action, or for a rule group the override of its actions.
func toAction(rule types.Rule) snapshot.WAFAction {
	own, override := rule.Action, rule.OverrideAction
	switch {
	case own != nil && own.Allow != nil:
		return snapshot.WAFAction{Allow: toReply(own.Allow.CustomRequestHandling, nil)}
	case own != nil && own.Block != nil:
		return snapshot.WAFAction{Block: toReply(nil, own.Block.CustomResponse)}
	case own != nil && own.Count != nil:
		return snapshot.WAFAction{Count: toReply(own.Count.CustomRequestHandling, nil)}
	case own != nil && own.Captcha != nil:
		return snapshot.WAFAction{Captcha: toReply(own.Captcha.CustomRequestHandling, nil)}
	case own != nil && own.Challenge != nil:
		return snapshot.WAFAction{Challenge: toReply(own.Challenge.CustomRequestHandling, nil)}
	case override != nil && override.Count != nil:
		return snapshot.WAFAction{Count: toReply(override.Count.CustomRequestHandling, nil)}
	default:
		return snapshot.WAFAction{None: &snapshot.WAFReply{}}
	}
}

func toReply(handling *types.CustomRequestHandling, response *types.CustomResponse) *snapshot.WAFReply {
	reply := &snapshot.WAFReply{}
	if handling != nil {
		reply.CustomRequestHandling = &snapshot.WAFRequestHandling{InsertHeaders: toHeaders(handling.InsertHeaders)}
	}
	if response != nil {
		reply.CustomResponse = &snapshot.WAFResponse{
			ResponseCode: response.ResponseCode, CustomResponseBodyKey: response.CustomResponseBodyKey, ResponseHeaders: toHeaders(response.ResponseHeaders),
		}
	}
	return reply
}

func toHeaders(headers []types.CustomHTTPHeader) []snapshot.WAFHeader {
	var all []snapshot.WAFHeader
	for _, h := range headers {
		all = append(all, snapshot.WAFHeader{Name: aws.ToString(h.Name), Value: aws.ToString(h.Value)})
	}
	return all
}
