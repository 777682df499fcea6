package simaws

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"view360/shared/simaws/wire"
)

var stsService = service{
	name: "sts", protocol: wire.Query{}, global: true,
	operations: []operation{
		{name: "GetCallerIdentity", handle: handleInput(getCallerIdentity)},
		{name: "AssumeRole", handle: handleInput(assumeRole)},
	},
}

func getCallerIdentity(c *call, _ noInput) (any, error) {
	return object{"Account": c.account.ID, "Arn": c.principal, "UserId": "AIDA" + strings.ToUpper(c.newChance("user", c.principal).hexDigits(17))}, nil
}

// MemberRole and ExternalID are the role that the demonstration assumes in each account, and the external id that the
// role requires, if [Options] name them.
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
		return nil, c.newMissing("roleArn")
	}
	account, role, found := strings.Cut(strings.TrimPrefix(in.RoleArn, "arn:aws:iam::"), ":role/")
	name := role[strings.LastIndex(role, "/")+1:]
	refused := !found || c.byID[account] == nil || c.account.ID != c.managementAccount().ID && c.account.ID != account ||
		c.options.Role != "" && name != c.options.Role || c.options.ExternalID != "" && in.ExternalId != c.options.ExternalID
	if refused {
		return nil, Failure(http.StatusForbidden, "AccessDenied",
			fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.principal, in.RoleArn))
	}
	duration := number(3600)
	if in.DurationSeconds != nil {
		duration = *in.DurationSeconds
	}
	actions, err := parseSessionPolicy(in.Policy)
	if err != nil {
		return nil, c.newErrorf("MalformedPolicyDocument", "%v", err)
	}
	principal := "arn:aws:sts::" + account + ":assumed-role/" + name + "/" + in.RoleSessionName
	// Expiry is by the wall clock: SDK clients compare it with theirs, not with the organization's.
	expires := time.Now().Add(time.Duration(duration) * time.Second)
	key := c.sessions.add(session{account: account, principal: principal, role: name, policy: in.Policy, expires: expires, actions: actions})
	return object{
		"Credentials": object{
			"AccessKeyId": key, "SecretAccessKey": secretKey, "SessionToken": "simulated-session-" + key, "Expiration": Time{Time: expires},
		},
		"AssumedRoleUser": object{"Arn": principal, "AssumedRoleId": "AROA" + strings.ToUpper(c.newChance("role", name).hexDigits(17)) + ":" + in.RoleSessionName},
	}, nil
}
