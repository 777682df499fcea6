package simaws_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"view360/shared/paging"
	"view360/shared/simaws"
)

func TestKeysComeInPages(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{Volume: 5})
	client := kms.NewFromConfig(server.Config(production))
	pages := kms.NewListKeysPaginator(client, &kms.ListKeysInput{})
	ids, requests := map[string]bool{}, 0
	for list, err := range paging.ReadPages(t.Context(), pages) {
		if err != nil {
			t.Fatal(err)
		}
		requests++
		for _, k := range list.Keys {
			ids[aws.ToString(k.KeyId)] = true
		}
	}
	if want := (len(ids) + 99) / 100; requests != want || requests < 2 {
		t.Errorf("got %d keys in %d pages, want %d pages of 100", len(ids), requests, want)
	}
	specs := map[types.KeySpec]int{}
	for id := range ids {
		key, err := client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: &id})
		if err != nil {
			t.Fatal(err)
		}
		specs[key.KeyMetadata.KeySpec]++
		if key.KeyMetadata.CreationDate.After(noon) {
			t.Errorf("key %s is created in the future, %v", id, key.KeyMetadata.CreationDate)
		}
		_, err = client.GetKeyRotationStatus(t.Context(), &kms.GetKeyRotationStatusInput{KeyId: &id})
		var unsupported *types.UnsupportedOperationException
		if key.KeyMetadata.KeySpec != types.KeySpecSymmetricDefault && !errors.As(err, &unsupported) {
			t.Errorf("rotation of a key of spec %s: got %v, want UnsupportedOperationException", key.KeyMetadata.KeySpec, err)
		}
	}
	for _, spec := range []types.KeySpec{types.KeySpecSymmetricDefault, types.KeySpecRsa2048, types.KeySpecHmac256} {
		if specs[spec] == 0 {
			t.Errorf("no key of spec %s among %v", spec, specs)
		}
	}

	_, err := client.ListKeys(t.Context(), &kms.ListKeysInput{Limit: aws.Int32(1001)})
	wantCode(t, err, "ValidationException")
	_, err = client.ListKeys(t.Context(), &kms.ListKeysInput{Marker: aws.String("invented")})
	var marker *types.InvalidMarkerException
	if !errors.As(err, &marker) {
		t.Errorf("got %v, want InvalidMarkerException", err)
	}
	_, err = client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("missing")})
	var notFound *types.NotFoundException
	if !errors.As(err, &notFound) {
		t.Errorf("got %v, want NotFoundException", err)
	}
}

func TestKeysCanBeSet(t *testing.T) {
	t.Parallel()
	server := start(t, simaws.Options{})
	simaws.Set(server.Organization, simaws.Place{Account: production, Region: "eu-west-1"},
		simaws.Key{KeyID: "one", KeySpec: "SYMMETRIC_DEFAULT", KeyUsage: "ENCRYPT_DECRYPT", Origin: "AWS_KMS", Rotates: true},
		simaws.Key{KeyID: "two", Closed: true},
		simaws.Key{KeyID: "managed", KeySpec: "SYMMETRIC_DEFAULT", KeyUsage: "ENCRYPT_DECRYPT", Origin: "AWS_KMS", KeyManager: "AWS"})
	client := kms.NewFromConfig(in(server, production, "eu-west-1"))
	list, err := client.ListKeys(t.Context(), nil)
	if err != nil || len(list.Keys) != 3 {
		t.Fatalf("got keys %v, error %v, want 3", list, err)
	}
	rotation, err := client.GetKeyRotationStatus(t.Context(), &kms.GetKeyRotationStatusInput{KeyId: aws.String("one")})
	if err != nil || !rotation.KeyRotationEnabled {
		t.Errorf("got rotation %v, error %v", rotation, err)
	}
	_, err = client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("two")})
	wantCode(t, err, "AccessDeniedException")
	_, err = client.GetKeyRotationStatus(t.Context(), &kms.GetKeyRotationStatusInput{KeyId: aws.String("managed")})
	wantCode(t, err, "AccessDeniedException")
}
