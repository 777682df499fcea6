package simaws

import (
	"fmt"
	"slices"
	"time"
)

var _ = register(service{
	name: "secretsmanager", protocol: awsJSON{}, invalid: "InvalidParameterException", badToken: "InvalidNextTokenException",
	operations: []operation{op("ListSecrets", listSecrets)},
})

// Secret is an entry of the list of secrets.
type Secret struct {
	Name              string
	ARN               string
	Description       string `json:",omitempty"`
	KmsKeyID          string `json:"KmsKeyId,omitempty"`
	RotationEnabled   *bool  `json:",omitempty"` // nil where rotation was never set
	RotationLambdaARN string `json:",omitempty"`
	CreatedDate       *Time  `json:",omitempty"`
	LastChangedDate   *Time  `json:",omitempty"`
	LastAccessedDate  *Time  `json:",omitempty"`
	LastRotatedDate   *Time  `json:",omitempty"`
	DeletedDate       *Time  `json:",omitempty"`
	Tags              []object
}

func (c *call) secrets() []Secret {
	return things(c, func() []Secret {
		secrets := make([]Secret, c.count("secrets", 130))
		for i := range secrets {
			secrets[i] = c.secret(i)
		}
		return secrets
	})
}

func (c *call) secret(i int) Secret {
	r := c.draw("secret", i)
	name := fmt.Sprintf("%s/%s/%s-%d", pick(r, "prod", "shared", "ops"), pick(r, "orders", "catalog", "payments", "identity", "search"),
		pick(r, "database", "api-key", "webhook", "oauth-client", "certificate"), i)
	created := r.within(c.created(c.account), c.newYear())
	s := Secret{
		Name: name, ARN: c.arn("secretsmanager", "secret:"+name+"-"+r.hex(6)), CreatedDate: at(created),
		LastChangedDate: at(c.lately(r, 90)), Tags: []object{{"Key": "team", "Value": pick(r, "storefront", "platform", "data")}},
	}
	if !r.oneIn(4) {
		s.Description = "Credentials of " + name
		s.KmsKeyID = c.arn("kms", "key/"+c.key(8).KeyID)
		s.LastAccessedDate = at(day(c.now).AddDate(0, 0, -r.between(0, 40)))
	}
	if on := r.oneIn(2); on || r.oneIn(2) {
		s.RotationEnabled = &on
		if on {
			s.RotationLambdaARN = c.arn("lambda", "function:rotate-"+pick(r, "postgres", "oauth"))
			s.LastRotatedDate = s.LastChangedDate
		}
	}
	if r.oneIn(25) {
		s.DeletedDate = at(c.now.AddDate(0, 0, -3).Truncate(24 * time.Hour))
	}
	return s
}

type secretsInput struct {
	MaxResults             *number
	NextToken              string
	IncludePlannedDeletion bool
}

func listSecrets(c *call, in secretsInput) (any, error) {
	secrets := slices.DeleteFunc(slices.Clone(c.secrets()), func(s Secret) bool { return s.DeletedDate != nil && !in.IncludePlannedDeletion })
	items, next, err := page(c, secrets, in.NextToken, in.MaxResults, limits{usual: 100, least: 1, most: 100})
	if err != nil {
		return nil, err
	}
	return object{"SecretList": items, "NextToken": next}, nil
}
