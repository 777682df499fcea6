package simaws

import (
	"fmt"
	"slices"
	"time"

	"view360/shared/simaws/wire"
)

var secretsManagerService = service{
	name: "secretsmanager", protocol: wire.JSON{},
	codes: wire.ErrorCodes{Invalid: "InvalidParameterException", BadToken: "InvalidNextTokenException"},
	operations: []operation{
		{name: "ListSecrets", handle: handleInput(listSecrets)},
	},
}

// Secret is an entry of the list of secrets.
type Secret struct {
	Name              string
	ARN               string
	Description       string `json:",omitempty"`
	KmsKeyID          string `json:"KmsKeyId,omitempty"`
	RotationEnabled   *bool  `json:",omitempty"` // nil if rotation was never set
	RotationLambdaARN string `json:",omitempty"`
	CreatedDate       *Time  `json:",omitempty"`
	LastChangedDate   *Time  `json:",omitempty"`
	LastAccessedDate  *Time  `json:",omitempty"`
	LastRotatedDate   *Time  `json:",omitempty"`
	DeletedDate       *Time  `json:",omitempty"`
	Tags              []object
}

func generateSecrets(l *location) []Secret {
	secrets := make([]Secret, l.drawCount("secrets", 130))
	for i := range secrets {
		secrets[i] = generateSecret(l, i)
	}
	return secrets
}

func generateSecret(l *location, i int) Secret {
	r := l.newChance("secret", i)
	name := fmt.Sprintf("%s/%s/%s-%d", pickOne(r, "prod", "shared", "ops"), pickOne(r, "orders", "catalog", "payments", "identity", "search"),
		pickOne(r, "database", "api-key", "webhook", "oauth-client", "certificate"), i)
	created := r.timeWithin(l.creationTime(l.account), l.startOfYear())
	s := Secret{
		Name: name, ARN: l.newARN("secretsmanager", "secret:"+name+"-"+r.hexDigits(6)), CreatedDate: newTime(created),
		LastChangedDate: newTime(l.lastInCycle(r, 90)), Tags: []object{{"Key": "team", "Value": pickOne(r, "storefront", "platform", "data")}},
	}
	if !r.oneIn(4) {
		s.Description = "Credentials of " + name
		s.KmsKeyID = l.newARN("kms", "key/"+generateKey(l, 8).KeyID)
		s.LastAccessedDate = newTime(startOfDay(l.now).AddDate(0, 0, -r.intBetween(0, 40)))
	}
	if on := r.oneIn(2); on || r.oneIn(2) {
		s.RotationEnabled = &on
		if on {
			s.RotationLambdaARN = l.newARN("lambda", "function:rotate-"+pickOne(r, "postgres", "oauth"))
			s.LastRotatedDate = s.LastChangedDate
		}
	}
	if r.oneIn(25) {
		s.DeletedDate = newTime(l.now.AddDate(0, 0, -3).Truncate(24 * time.Hour))
	}
	return s
}

type secretsInput struct {
	MaxResults             *number
	NextToken              string
	IncludePlannedDeletion bool
}

func listSecrets(c *call, in secretsInput) (any, error) {
	secrets := slices.DeleteFunc(slices.Clone(findItems(c.location, generateSecrets)), func(s Secret) bool { return s.DeletedDate != nil && !in.IncludePlannedDeletion })
	return answerPage(c, "SecretList", secrets, "NextToken", in.NextToken, in.MaxResults, limits{usual: 100, least: 1, most: 100})
}
