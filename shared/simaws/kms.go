package simaws

import "strings"

var _ = register(service{
	name: "kms", protocol: awsJSON{}, badToken: "InvalidMarkerException",
	operations: []operation{
		op("ListKeys", listKeys),
		op("DescribeKey", describeKey),
		op("GetKeyRotationStatus", getKeyRotationStatus),
	},
})

// Key is a KMS key: the members of KeyMetadata, and what the other operations say of it.
type Key struct {
	KeyID        string `json:"KeyId"`
	ARN          string `json:"Arn"`
	AccountID    string `json:"AWSAccountId"`
	Description  string
	Enabled      bool
	KeyState     string
	KeyUsage     string
	KeySpec      string
	KeyManager   string // AWS or CUSTOMER
	Origin       string
	MultiRegion  bool
	CreationDate Time
	DeletionDate *Time `json:",omitempty"`
	// Rotates says that the yearly rotation is on. Only symmetric encryption keys can rotate.
	Rotates bool `json:"-"`
	// Closed keys have a policy that lets nobody describe them; Opaque ones hide only their rotation.
	Closed, Opaque bool `json:"-"`
}

func (k Key) rotatable() bool {
	return k.KeySpec == "SYMMETRIC_DEFAULT" && k.KeyUsage == "ENCRYPT_DECRYPT" && k.Origin == "AWS_KMS"
}

func (c *call) keys() []Key {
	return things(c, func() []Key {
		keys := make([]Key, c.count("kms", 60))
		for i := range keys {
			keys[i] = c.key(i)
		}
		return keys
	})
}

func (c *call) key(i int) Key {
	r := c.draw("kms", i)
	id := r.uuid()
	k := Key{
		KeyID: id, ARN: c.arn("kms", "key/"+id), AccountID: c.account.ID, Enabled: true, KeyState: "Enabled",
		KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT", KeyManager: "CUSTOMER", Origin: "AWS_KMS",
		CreationDate: Time{r.within(c.created(c.account), c.newYear())},
	}
	if i < 6 {
		service := []string{"S3", "EBS", "RDS", "Lambda", "Secrets Manager", "SNS"}[i]
		k.Description = "Default key that protects my " + service + " data when no other key is defined"
		k.KeyManager, k.Rotates = "AWS", true
		return k
	}
	k.Description = pick(r, "orders", "customer-data", "payments", "search-index", "audit-logs", "backups", "events") +
		" " + pick(r, "table", "bucket", "queue", "snapshots", "stream", "volume") + " encryption"
	k.Rotates = !r.oneIn(3)
	k.MultiRegion = r.oneIn(12)
	switch r.IntN(14) {
	case 0:
		k.KeySpec, k.KeyUsage, k.Description = "RSA_2048", "SIGN_VERIFY", "release signing"
	case 1:
		k.KeySpec, k.KeyUsage, k.Description = "HMAC_256", "GENERATE_VERIFY_MAC", "session tokens"
	case 2:
		k.KeyState, k.Enabled, k.DeletionDate = "PendingDeletion", false, at(c.upcoming(r, 30))
	case 3:
		k.KeyState, k.Enabled = "Disabled", false
	case 4:
		k.Origin, k.Description = "EXTERNAL", "imported from the on-premises HSM"
	}
	if c.options.WithFailures {
		k.Closed, k.Opaque = r.oneIn(20), r.oneIn(15)
	}
	return k
}

type kmsInput struct {
	KeyId, Marker string
	Limit         *number
}

func listKeys(c *call, in kmsInput) (any, error) {
	keys, next, err := page(c, c.keys(), in.Marker, in.Limit, limits{usual: 100, least: 1, most: 1000})
	if err != nil {
		return nil, err
	}
	entries := make([]object, len(keys))
	for i, k := range keys {
		entries[i] = object{"KeyId": k.KeyID, "KeyArn": k.ARN}
	}
	return object{"Keys": entries, "NextMarker": next, "Truncated": next != nil}, nil
}

func (c *call) findKey(id string) (Key, error) {
	if id == "" {
		return Key{}, c.missing("keyId")
	}
	id = id[strings.LastIndex(id, "/")+1:]
	for _, k := range c.keys() {
		if k.KeyID == id {
			return k, nil
		}
	}
	return Key{}, c.failf("NotFoundException", "Key '%s' does not exist", c.arn("kms", "key/"+id))
}

func (c *call) closed(k Key) error {
	return c.denied(k.ARN, "because no resource-based policy allows the "+c.iamAction()+" action")
}

func describeKey(c *call, in kmsInput) (any, error) {
	k, err := c.findKey(in.KeyId)
	if err != nil {
		return nil, err
	}
	if k.Closed {
		return nil, c.closed(k)
	}
	return object{"KeyMetadata": k}, nil
}

func getKeyRotationStatus(c *call, in kmsInput) (any, error) {
	k, err := c.findKey(in.KeyId)
	switch {
	case err != nil:
		return nil, err
	case k.Closed || k.Opaque:
		return nil, c.closed(k)
	case !k.rotatable():
		return nil, c.failf("UnsupportedOperationException", "")
	case k.KeyState == "PendingDeletion":
		return nil, c.failf("KMSInvalidStateException", "%s is pending deletion.", k.ARN)
	}
	answer := object{"KeyId": k.ARN, "KeyRotationEnabled": k.Rotates}
	if k.Rotates {
		answer["RotationPeriodInDays"] = 365
	}
	return answer, nil
}
