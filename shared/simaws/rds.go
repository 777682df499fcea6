package simaws

import (
	"fmt"

	"view360/shared/simaws/wire"
)

var rdsService = service{
	name:     "rds",
	protocol: wire.Query{Items: map[string]string{"DBInstances": "DBInstance", "ReservedDBInstances": "ReservedDBInstance", "RecurringCharges": "RecurringCharge"}},
	codes:    wire.ErrorCodes{Invalid: "InvalidParameterValue", BadToken: "InvalidParameterValue"},
	operations: []operation{
		{name: "DescribeDBInstances", handle: handleInput(describeDBInstances)},
		{name: "DescribeReservedDBInstances", handle: handleInput(describeReservedDBInstances)},
	},
}

// Database is an RDS instance.
type Database struct {
	DBInstanceIdentifier, DBInstanceClass, Engine, EngineVersion, DBInstanceStatus, AvailabilityZone, StorageType string
	MultiAZ, StorageEncrypted                                                                                     bool
	AllocatedStorage                                                                                              int // GiB
	DBInstanceArn                                                                                                 string
	InstanceCreateTime                                                                                            Time
}

func generateDatabases(l *location) []Database {
	databases := make([]Database, l.drawCount("databases", 14))
	for i := range databases {
		r := l.newChance("database", i)
		name := fmt.Sprintf("%s-%s-%d", l.shortName(), pickOne(r, "orders", "catalog", "identity", "reports", "billing"), i)
		engine := pickOne(r, "postgres", "postgres", "aurora-postgresql", "mysql", "sqlserver-se")
		databases[i] = Database{
			DBInstanceIdentifier: name, DBInstanceClass: pickOne(r, "db.r6g.xlarge", "db.m6g.large", "db.t4g.medium"), Engine: engine, EngineVersion: "16.4",
			DBInstanceStatus: pickOne(r, "available", "available", "available", "available", "stopped", "backing-up"), AvailabilityZone: l.region + pickOne(r, "a", "b", "c"),
			StorageType: "gp3", MultiAZ: !r.oneIn(3), StorageEncrypted: !r.oneIn(6), AllocatedStorage: pickOne(r, 100, 200, 500, 2000), DBInstanceArn: l.newARN("rds", "db:"+name),
			InstanceCreateTime: Time{Time: r.timeWithin(l.creationTime(l.account), l.startOfYear())},
		}
	}
	return databases
}

type rdsInput struct {
	Marker     string
	MaxRecords *number
}

var rdsPages = limits{usual: 100, least: 20, most: 100}

func describeDBInstances(c *call, in rdsInput) (any, error) {
	return answerPage(c, "DBInstances", findItems(c.location, generateDatabases), "Marker", in.Marker, in.MaxRecords, rdsPages)
}

func describeReservedDBInstances(c *call, in rdsInput) (any, error) {
	reserved := []object{}
	for _, r := range findReservationsOf(c.location, "rds") {
		reserved = append(reserved, object{
			"ReservedDBInstanceId": r.ID, "DBInstanceClass": r.InstanceType, "DBInstanceCount": r.Count, "ProductDescription": r.Product, "State": r.State,
			"StartTime": Time{Time: r.Start}, "Duration": r.Years * secondsPerYear, "FixedPrice": r.Upfront, "UsagePrice": 0.0, "CurrencyCode": "USD", "MultiAZ": false,
			"OfferingType": r.OfferingType, "ReservedDBInstanceArn": c.newARN("rds", "ri:"+r.ID), "LeaseId": r.ID, "RecurringCharges": toHourlyCharges(r),
		})
	}
	return answerPage(c, "ReservedDBInstances", reserved, "Marker", in.Marker, in.MaxRecords, rdsPages)
}
