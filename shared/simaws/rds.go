package simaws

import "fmt"

var _ = register(service{
	name:     "rds",
	protocol: queryXML{items: map[string]string{"DBInstances": "DBInstance", "ReservedDBInstances": "ReservedDBInstance", "RecurringCharges": "RecurringCharge"}},
	invalid:  "InvalidParameterValue", badToken: "InvalidParameterValue",
	operations: []operation{
		op("DescribeDBInstances", describeDBInstances),
		op("DescribeReservedDBInstances", describeReservedDBInstances),
	},
})

// Database is an RDS instance.
type Database struct {
	DBInstanceIdentifier, DBInstanceClass, Engine, EngineVersion, DBInstanceStatus, AvailabilityZone, StorageType string
	MultiAZ, StorageEncrypted                                                                                     bool
	AllocatedStorage                                                                                              int // GiB
	DBInstanceArn                                                                                                 string
	InstanceCreateTime                                                                                            Time
}

func (c *call) databases() []Database {
	return things(c, func() []Database {
		databases := make([]Database, c.count("databases", 14))
		for i := range databases {
			r := c.draw("database", i)
			name := fmt.Sprintf("%s-%s-%d", c.shortName(), pick(r, "orders", "catalog", "identity", "reports", "billing"), i)
			engine := pick(r, "postgres", "postgres", "aurora-postgresql", "mysql", "sqlserver-se")
			databases[i] = Database{
				DBInstanceIdentifier: name, DBInstanceClass: pick(r, "db.r6g.xlarge", "db.m6g.large", "db.t4g.medium"), Engine: engine, EngineVersion: "16.4",
				DBInstanceStatus: pick(r, "available", "available", "available", "available", "stopped", "backing-up"), AvailabilityZone: c.region + pick(r, "a", "b", "c"),
				StorageType: "gp3", MultiAZ: !r.oneIn(3), StorageEncrypted: !r.oneIn(6), AllocatedStorage: pick(r, 100, 200, 500, 2000), DBInstanceArn: c.arn("rds", "db:"+name),
				InstanceCreateTime: Time{r.within(c.created(c.account), c.newYear())},
			}
		}
		return databases
	})
}

type rdsInput struct {
	Marker     string
	MaxRecords *number
}

var rdsPages = limits{usual: 100, least: 20, most: 100}

func describeDBInstances(c *call, in rdsInput) (any, error) {
	items, next, err := page(c, c.databases(), in.Marker, in.MaxRecords, rdsPages)
	if err != nil {
		return nil, err
	}
	return object{"DBInstances": items, "Marker": next}, nil
}

func describeReservedDBInstances(c *call, in rdsInput) (any, error) {
	reserved := []object{}
	for _, r := range c.reservationsOf("rds") {
		charges := []object{}
		if r.Hourly > 0 {
			charges = append(charges, object{"RecurringChargeAmount": r.Hourly, "RecurringChargeFrequency": "Hourly"})
		}
		reserved = append(reserved, object{
			"ReservedDBInstanceId": r.ID, "DBInstanceClass": r.InstanceType, "DBInstanceCount": r.Count, "ProductDescription": r.Product, "State": r.State,
			"StartTime": Time{r.Start}, "Duration": r.Years * secondsPerYear, "FixedPrice": r.Upfront, "UsagePrice": 0.0, "CurrencyCode": "USD", "MultiAZ": false,
			"OfferingType": r.OfferingType, "ReservedDBInstanceArn": c.arn("rds", "ri:"+r.ID), "LeaseId": r.ID, "RecurringCharges": charges,
		})
	}
	items, next, err := page(c, reserved, in.Marker, in.MaxRecords, rdsPages)
	if err != nil {
		return nil, err
	}
	return object{"ReservedDBInstances": items, "Marker": next}, nil
}
