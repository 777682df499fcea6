package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"view360/shared/price"
)

type costCommand struct {
	Accounts int `help:"Number of accounts." default:"300" placeholder:"N"`
	Regions  int `help:"Number of regions covered in each account." default:"5" placeholder:"N"`
}

// Help returns the text of cost --help.
func (costCommand) Help() string {
	return `Multiplies counts that were measured in the demonstration, scaled to the organization, by AWS's list prices, for one
daily run. It sends no request. Ways to deploy:
  pull      collectors in the hub assume a role in every account
  push      collectors in every account, each with its own free tier, bucket and key
  option B  as pull, and an EC2 receiver loads in place of Lambda`
}

// Validate wants an organization to calculate with.
func (c costCommand) Validate() error {
	if c.Accounts < 1 || c.Regions < 1 {
		return errors.New("--accounts and --regions must be 1 or more")
	}
	return nil
}

// Run prints the bill of each way to deploy.
func (c costCommand) Run(_ context.Context, out *output) error {
	scenario := price.Scenario{Accounts: c.Accounts, Regions: c.Regions}
	var err error
	if scenario.Prices, err = price.ReadPrices(); err != nil {
		return err
	}
	if scenario.Measured, err = price.ReadMeasured(); err != nil {
		return err
	}
	bills := map[price.Way][]price.Component{}
	for _, way := range price.Ways {
		bills[way] = scenario.Month(way)
	}
	if out.json {
		return json.NewEncoder(out.out).Encode(bills)
	}
	return c.printBills(out.out, scenario, bills)
}

func (c costCommand) printBills(out io.Writer, s price.Scenario, bills map[price.Way][]price.Component) error {
	fmt.Fprintf(out, "%d accounts × %d regions, one daily run: US dollars a month\n\n", c.Accounts, c.Regions)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "\tquantity (pull)\t")
	for _, way := range price.Ways {
		fmt.Fprintf(table, "%s\t", way)
	}
	fmt.Fprintln(table)
	for i, component := range bills[price.Pull] {
		fmt.Fprintf(table, "%s\t%.0f %s\t", component.Name, component.Quantity, component.Unit)
		for _, way := range price.Ways {
			fmt.Fprintf(table, "%.2f\t", bills[way][i].Dollars)
		}
		fmt.Fprintln(table)
	}
	fmt.Fprint(table, "Total\t\t")
	for _, way := range price.Ways {
		fmt.Fprintf(table, "%.2f\t", price.Total(bills[way]))
	}
	fmt.Fprintln(table)
	if err := table.Flush(); err != nil {
		return fmt.Errorf("printing the bill: %w", err)
	}
	_, err := fmt.Fprintf(out, "\nList prices of %s as of %s, counts of the demonstration of %s (%d accounts, %d snapshots a day).\nWithout QuickSight, data transfer, and what Security Hub, Config and the rest cost by themselves.\n",
		s.Prices.Region, s.Prices.AsOf, s.Measured.Date, s.Measured.Accounts, s.Measured.Loads)
	return err
}
