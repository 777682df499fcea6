package simaws_test

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"view360/shared/fault"
	"view360/shared/simaws"
)

// A test sets what an account holds where numbers matter, and makes a call fail.
func ExampleSet() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	server, err := simaws.Start(ctx, simaws.New(simaws.Options{
		Accounts: []simaws.Account{{ID: "111122223333", Name: "shop", Regions: []string{"eu-west-1"}}},
	}))
	if err != nil {
		log.Fatal(err)
	}
	simaws.Set(server.Organization, simaws.Place{Account: "111122223333"}, simaws.Key{KeyID: "one"}, simaws.Key{KeyID: "two"})
	server.Fault(simaws.Fault{Service: "kms", Operation: "DescribeKey", Kind: simaws.Denied})

	client := kms.NewFromConfig(server.Config("111122223333"))
	keys, err := client.ListKeys(ctx, nil)
	fmt.Println(len(keys.Keys), err)
	_, err = client.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String("one")})
	fmt.Println(fault.Reason(err))
	for _, call := range server.Calls() {
		fmt.Println(call.Service, call.Operation, call.Region, call.Status)
	}
	// Output:
	// 2 <nil>
	// denied kms:DescribeKey
	// kms ListKeys eu-west-1 200
	// kms DescribeKey eu-west-1 400
}
