package simaws

import (
	"strings"

	"view360/shared/simaws/wire"
)

var kmsService = service{
	name: "kms", protocol: wire.JSON{},
	codes: wire.ErrorCodes{BadToken: "InvalidMarkerException"},
	operations: []operation{
		{name: "ListKeys", handle: handleInput(listKeys)},
		{name: "DescribeKey", handle: handleInput(describeKey)},
		{name: "GetKeyRotationStatus", handle: handleInput(getKeyRotationStatus)},
	},
}

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
	// Closed keys have a policy that denies everyone to describe them; Opaque ones hide only their rotation.
	Closed, Opaque bool `json:"-"`
}

func (k Key) canRotate() bool {
	return k.KeySpec == "SYMMETRIC_DEFAULT" && k.KeyUsage == "ENCRYPT_DECRYPT" && k.Origin == "AWS_KMS"
}

func generateKeys(l *location) []Key {
	keys := make([]Key, l.drawCount("kms", 60))
	for i := range keys {
		keys[i] = generateKey(l, i)
	}
	return keys
}

func generateKey(l *location, i int) Key {
	r := l.newChance("kms", i)
	id := r.newUUID()
	k := Key{
		KeyID: id, ARN: l.newARN("kms", "key/"+id), AccountID: l.account.ID, Enabled: true, KeyState: "Enabled",
		KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT", KeyManager: "CUSTOMER", Origin: "AWS_KMS",
		CreationDate: Time{Time: r.timeWithin(l.creationTime(l.account), l.startOfYear())},
	}
	if i < 6 {
		service := []string{"S3", "EBS", "RDS", "Lambda", "Secrets Manager", "SNS"}[i]
		k.Description = "Default key that protects my " + service + " data when no other key is defined"
		k.KeyManager, k.Rotates = "AWS", true
		return k
	}
	k.Description = pickOne(r, "orders", "customer-data", "payments", "search-index", "audit-logs", "backups", "events") +
		" " + pickOne(r, "table", "bucket", "queue", "snapshots", "stream", "volume") + " encryption"
	k.Rotates = !r.oneIn(3)
	k.MultiRegion = r.oneIn(12)
	switch r.IntN(14) {
	case 0:
		k.KeySpec, k.KeyUsage, k.Description = "RSA_2048", "SIGN_VERIFY", "release signing"
	case 1:
		k.KeySpec, k.KeyUsage, k.Description = "HMAC_256", "GENERATE_VERIFY_MAC", "session tokens"
	case 2:
		k.KeyState, k.Enabled, k.DeletionDate = "PendingDeletion", false, newTime(l.nextInCycle(r, 30))
	case 3:
		k.KeyState, k.Enabled = "Disabled", false
	case 4:
		k.Origin, k.Description = "EXTERNAL", "imported from the on-premises HSM"
	}
	if l.options.WithFailures {
		k.Closed, k.Opaque = r.oneIn(20), r.oneIn(15)
	}
	return k
}

type kmsInput struct {
	KeyId, Marker string
	Limit         *number
}

func listKeys(c *call, in kmsInput) (any, error) {
	keys, next, err := cutPage(c, findItems(c.location, generateKeys), in.Marker, in.Limit, limits{usual: 100, least: 1, most: 1000})
	if err != nil {
		return nil, err
	}
	entries := make([]object, len(keys))
	for i, k := range keys {
		entries[i] = object{"KeyId": k.KeyID, "KeyArn": k.ARN}
	}
	return object{"Keys": entries, "NextMarker": next, "Truncated": next != nil}, nil
}

func findKey(c *call, id string) (Key, error) {
	if id == "" {
		return Key{}, c.newMissing("keyId")
	}
	id = id[strings.LastIndex(id, "/")+1:]
	for _, k := range findItems(c.location, generateKeys) {
		if k.KeyID == id {
			return k, nil
		}
	}
	return Key{}, c.newErrorf("NotFoundException", "Key '%s' does not exist", c.newARN("kms", "key/"+id))
}

func denyKey(c *call, k Key) error {
	return c.newDenied(k.ARN, "because no resource-based policy allows the "+c.iamAction()+" action")
}

func describeKey(c *call, in kmsInput) (any, error) {
	k, err := findKey(c, in.KeyId)
	if err != nil {
		return nil, err
	}
	if k.Closed {
		return nil, denyKey(c, k)
	}
	return object{"KeyMetadata": k}, nil
}

func getKeyRotationStatus(c *call, in kmsInput) (any, error) {
	k, err := findKey(c, in.KeyId)
	switch {
	case err != nil:
		return nil, err
	case k.Closed || k.Opaque || k.KeyManager == "AWS": // the policies of AWS managed keys, such as aws/acm, do not allow it
		return nil, denyKey(c, k)
	case !k.canRotate():
		return nil, c.newErrorf("UnsupportedOperationException", "")
	case k.KeyState == "PendingDeletion":
		return nil, c.newErrorf("KMSInvalidStateException", "%s is pending deletion.", k.ARN)
	}
	answer := object{"KeyId": k.ARN, "KeyRotationEnabled": k.Rotates}
	if k.Rotates {
		answer["RotationPeriodInDays"] = 365
	}
	return answer, nil
}
