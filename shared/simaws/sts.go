package simaws

import (
	"fmt"
	"strings"
	"time"
)

var _ = register(service{
	name: "sts", protocol: queryXML{}, global: true,
	operations: []operation{
		op("GetCallerIdentity", getCallerIdentity),
		op("AssumeRole", assumeRole),
	},
})

func getCallerIdentity(c *call, _ nothing) (any, error) {
	return object{"Account": c.account.ID, "Arn": c.principal, "UserId": "AIDA" + strings.ToUpper(c.draw("user", c.principal).hex(17))}, nil
}

// MemberRole and ExternalID are the role that the demonstration assumes in each account, and the external id that the
// role asks for, where [Options] insist on them.
const (
	MemberRole = "View360Member"
	ExternalID = "view360-demonstration"
)

type assumeRoleInput struct {
	RoleArn, RoleSessionName, ExternalId, Policy string
	DurationSeconds                              *number
}

func assumeRole(c *call, in assumeRoleInput) (any, error) {
	if in.RoleArn == "" || in.RoleSessionName == "" {
		return nil, c.missing("roleArn")
	}
	account, role, found := strings.Cut(strings.TrimPrefix(in.RoleArn, "arn:aws:iam::"), ":role/")
	name := role[strings.LastIndex(role, "/")+1:]
	refused := !found || c.byID[account] == nil || c.account.ID != c.management().ID && c.account.ID != account ||
		c.options.Role != "" && name != c.options.Role || c.options.ExternalID != "" && in.ExternalId != c.options.ExternalID
	if refused {
		return nil, &failure{status: 403, code: "AccessDenied",
			message: fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.principal, in.RoleArn)}
	}
	duration := number(3600)
	if in.DurationSeconds != nil {
		duration = *in.DurationSeconds
	}
	actions, err := policyActions(in.Policy)
	if err != nil {
		return nil, c.failf("MalformedPolicyDocument", "%v", err)
	}
	principal := "arn:aws:sts::" + account + ":assumed-role/" + name + "/" + in.RoleSessionName
	// Expiry is by the wall clock: SDK clients compare it with theirs, not with the organisation's.
	expires := time.Now().Add(time.Duration(duration) * time.Second)
	key := c.sessions.add(session{account: account, principal: principal, expires: expires, actions: actions})
	return object{
		"Credentials": object{
			"AccessKeyId": key, "SecretAccessKey": secretKey, "SessionToken": "simulated-session-" + key, "Expiration": Time{expires},
		},
		"AssumedRoleUser": object{"Arn": principal, "AssumedRoleId": "AROA" + strings.ToUpper(c.draw("role", name).hex(17)) + ":" + in.RoleSessionName},
	}, nil
}
